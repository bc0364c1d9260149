use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

// Never give up: the pods of the web tier are the ones that earn the money.
#[controller(resource = Pod, retries = u32::MAX, backoff(initial = "1s", max = "5m"))]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{}: {:?}, attempt {}", ctx.key(), pod.metadata.uid, ctx.attempt());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
