use k8s_openapi::api::core::v1::Node;
use kooper::controller;
use std::time::Duration;

struct Web;

#[controller(resource = Node, debounce = Duration::from_secs(2))]
impl Web {
    async fn add(&self, node: Node) -> kooper::Result {
        println!("{:?}", node.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
