use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, labels = "app=web", retries = 5, rate_limit = "100/1m", timeout = "20s")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> (Requeue, Option<kooper::Error>) {
        let Some(status) = pod.status else {
            return (Requeue::after(Duration::from_secs(10)), None);
        };
        if status.phase.as_deref() == Some("Failed") {
            return (Requeue::none(), Some(kooper::Error::msg(format!("{} has failed", ctx.key()))));
        }
        (Requeue::none(), None)
    }
}

fn main() {
    let _ = kooper::run(Web);
}
