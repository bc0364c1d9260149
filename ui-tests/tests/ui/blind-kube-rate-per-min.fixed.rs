use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = Pod,
    backoff(initial = "1s", max = "5m"),
    rate_limit = "10/1m",
)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> Result<(), String> {
        if pod.metadata.labels.is_none() {
            return Err(format!("{} has no labels", ctx.key()));
        }
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
