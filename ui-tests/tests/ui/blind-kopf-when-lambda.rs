use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(
    resource = Pod,
    filter = |pod: &Pod| pod.metadata.annotations.is_some(),
    rate_limit = "10/s",
)]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), pod.metadata.annotations);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
