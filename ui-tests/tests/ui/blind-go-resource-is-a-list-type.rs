use k8s_openapi::{List, api::core::v1::Pod};
use kooper::controller;

struct Web;

#[controller(resource = List<Pod>, resync = "10m")]
impl Web {
    async fn add(&self, pods: List<Pod>) -> kooper::Result {
        for pod in pods.items {
            println!("{:?}", pod.metadata.name);
        }
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
