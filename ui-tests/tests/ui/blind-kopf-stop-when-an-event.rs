use k8s_openapi::api::core::v1::Pod;
use kooper::{Controller, controller};
use std::sync::Arc;
use tokio::sync::Notify;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let stop = Arc::new(Notify::new());
    let flag = stop.clone();
    let _ = Controller::new(Web).stop_when(flag).run();
    stop.notify_one();
}
