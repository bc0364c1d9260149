use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result<bool> {
        let running = pod.status.and_then(|status| status.phase).is_some_and(|phase| phase == "Running");
        Ok(!running)
    }
}

fn main() {
    let _ = kooper::run(Web);
}
