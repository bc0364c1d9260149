use k8s_openapi::api::core::v1::Pod;
use kooper::{Controller, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, shutdown = "30s")]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = Controller::new(Web).workers(5).shutdown(Duration::from_secs(20)).run();
}
