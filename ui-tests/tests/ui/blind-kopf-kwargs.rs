use k8s_openapi::api::core::v1::{Pod, PodSpec};
use kooper::controller;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, name: String, namespace: String, spec: PodSpec) -> kooper::Result {
        println!("{namespace}/{name} runs on {:?}", spec.node_name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
