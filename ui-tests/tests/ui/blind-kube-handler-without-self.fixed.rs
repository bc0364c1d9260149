use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Pod, retries = 5)]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result {
        println!("{} has labels {:?}", ctx.key(), pod.metadata.labels);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
