use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use kube::runtime::reflector::ObjectRef;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} is there", ctx.key());
        Ok(())
    }

    async fn delete(&self, pod: kooper::ObjectKey) -> kooper::Result {
        println!("{} in {:?} is gone", pod.name(), pod.namespace());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
