use kooper::{Context, controller};
use kube::core::DynamicObject;

#[derive(kube::CustomResource, Clone, Debug, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[kube(group = "example.com", version = "v1", kind = "Gadget", namespaced)]
struct GadgetSpec {
    size: i64,
}

struct Web;

#[controller(resource = Gadget, labels = "app=web", filter = Self::is_gadget)]
impl Web {
    fn is_gadget(_object: &Gadget) -> bool {
        true
    }

    async fn add(&self, ctx: Context, gadget: Gadget) -> kooper::Result {
        println!("{} has size {}", ctx.key(), gadget.spec.size);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
