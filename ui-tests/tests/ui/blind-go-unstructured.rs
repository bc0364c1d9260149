use kooper::{Context, controller};
use kube::core::DynamicObject;

struct Anything;

#[controller(resource = DynamicObject, labels = "kind=bucket")]
impl Anything {
    async fn add(&self, ctx: Context, object: DynamicObject) -> kooper::Result {
        println!("{}: {}", ctx.key(), object.data["spec"]);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Anything);
}
