use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, labels = "app=web", resync = "never")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let phase = pod.status.and_then(|status| status.phase);
        if phase.as_deref() != Some("Running") {
            return Ok(Requeue::after(Duration::from_secs(10)));
        }
        println!("{} runs", ctx.key());
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
