use k8s_openapi::api::core::v1::Pod;
use kooper::{Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result<Requeue> {
        let running = pod.status.and_then(|status| status.phase).is_some_and(|phase| phase == "Running");
        Ok(if running { Requeue::none() } else { Requeue::after(Duration::from_secs(30)) })
    }
}

fn main() {
    let _ = kooper::run(Web);
}
