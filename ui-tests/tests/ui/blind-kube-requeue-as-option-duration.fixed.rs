use k8s_openapi::api::core::v1::Pod;
use kooper::{Requeue, controller};
use std::{sync::Arc, time::Duration};

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, pod: Arc<Pod>) -> Result<Requeue, kooper::Error> {
        if pod.status.is_some() {
            return Ok(Requeue::none());
        }
        Ok(Requeue::after(Duration::from_secs(30)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
