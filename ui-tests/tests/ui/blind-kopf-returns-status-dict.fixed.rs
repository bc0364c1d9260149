use k8s_openapi::api::core::v1::Pod;
use kooper::controller;
use serde_json::{Value, json};

struct Web;

#[controller(resource = Pod, retries = 5)]
impl Web {
    async fn add(&self, pod: Pod) -> Result<(), kooper::Error> {
        let containers = pod.spec.map_or(0, |spec| spec.containers.len());
        println!("{}", json!({ "containers": containers }));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
