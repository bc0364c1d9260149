use k8s_openapi::api::core::v1::Pod;
use kooper::controller;
use std::{sync::Arc, time::Duration};

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, pod: Arc<Pod>) -> kooper::Result<Option<Duration>> {
        if pod.status.is_some() {
            return Ok(None);
        }
        Ok(Some(Duration::from_secs(30)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
