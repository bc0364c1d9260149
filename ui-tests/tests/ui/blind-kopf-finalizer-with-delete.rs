use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, finalizer = "example.com/web")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
        Ok(())
    }

    async fn delete(&self, ctx: Context, key: ObjectKey) -> kooper::Result {
        println!("{}: closing what was opened for {key}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
