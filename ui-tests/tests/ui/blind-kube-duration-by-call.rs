use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, namespace = ["staging", "prod"], resync = Duration::from_secs(300))]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let _ = tokio::time::timeout(Duration::from_secs(2), tokio::task::yield_now()).await;
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|status| status.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
