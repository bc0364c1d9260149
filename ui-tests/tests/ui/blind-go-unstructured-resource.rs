use kooper::{Context, controller};
use kube::core::DynamicObject;

struct Web;

#[controller(resource = DynamicObject, labels = "app=web", filter = Self::is_gadget)]
impl Web {
    fn is_gadget(object: &DynamicObject) -> bool {
        object.types.as_ref().is_some_and(|types| types.kind == "Gadget")
    }

    async fn add(&self, ctx: Context, gadget: DynamicObject) -> kooper::Result {
        println!("{} has size {}", ctx.key(), gadget.data["spec"]["size"]);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
