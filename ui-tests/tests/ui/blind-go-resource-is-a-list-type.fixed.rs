use k8s_openapi::{List, api::core::v1::Pod};
use kooper::controller;

struct Web;

#[controller(resource = Pod, resync = "10m")]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
