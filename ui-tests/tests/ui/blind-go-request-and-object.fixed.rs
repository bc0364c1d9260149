use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, retries = 5)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{}, attempt {}: {:?}", ctx.key(), ctx.attempt(), pod.status.and_then(|s| s.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
