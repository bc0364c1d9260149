use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, labels = "app=web", workers = 2)]
impl Web {
    async fn reconcile(&self, ctx: Context, pod: Pod) -> kooper::Result<Requeue> {
        if pod.metadata.deletion_timestamp.is_some() {
            return Ok(Requeue::none());
        }
        println!("{} reconciled, attempt {}", ctx.key(), ctx.attempt());
        Ok(Requeue::after(Duration::from_secs(60)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
