use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::Arc;
use tracing::info;

struct Web;

#[controller(resource = Pod, workers = 8, timeout = "30s")]
impl Web {
    async fn add(&self, ctx: Arc<Context>, pod: Arc<Pod>) -> kooper::Result {
        info!(attempt = ctx.attempt(), name = ?pod.metadata.name, "reconciling");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
