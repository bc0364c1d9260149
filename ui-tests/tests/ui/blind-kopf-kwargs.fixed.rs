use k8s_openapi::api::core::v1::{Pod, PodSpec};
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, object: Pod) -> kooper::Result {
        let name = object.metadata.name.unwrap_or_default();
        let namespace = object.metadata.namespace.unwrap_or_default();
        let spec = object.spec.unwrap_or_default();
        println!("{namespace}/{name} runs on {:?}", spec.node_name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
