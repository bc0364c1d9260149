use k8s_openapi::api::core::v1::Pod;
use kooper::controller;
use serde_json::{Value, json};

struct Web;

#[controller(resource = Pod, retries = 3)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result<Value> {
        let node = pod.spec.and_then(|spec| spec.node_name);
        Ok(json!({ "node": node }))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
