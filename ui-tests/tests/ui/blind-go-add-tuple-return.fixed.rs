use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, labels = "app=web", retries = 5, rate_limit = "100/1m", timeout = "20s")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> Result<Requeue, kooper::Error> {
        let Some(status) = pod.status else {
            return Ok(Requeue::after(Duration::from_secs(10)));
        };
        if status.phase.as_deref() == Some("Failed") {
            return Err(kooper::Error::msg(format!("{} has failed", ctx.key())));
        }
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
