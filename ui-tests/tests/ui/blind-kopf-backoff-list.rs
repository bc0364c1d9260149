use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = Pod,
    retries = 3,
    backoff = ["1s", "10s", "100s"],
    rate_limit = "10/s",
)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{}, attempt {}: {:?}", ctx.key(), ctx.attempt(), pod.metadata.labels);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
