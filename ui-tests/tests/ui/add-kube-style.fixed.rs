use k8s_openapi::api::core::v1::Pod;
use kooper::{Result, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, _: Arc<Pod>) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
