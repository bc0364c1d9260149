use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use kube::core::DynamicObject;

struct Anything;

#[controller(resource = Pod, labels = "kind=bucket")]
impl Anything {
    async fn add(&self, ctx: Context, object: Pod) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), object.spec);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Anything);
}
