use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(
    resource = Pod,
    filter = Self::is_ours,
    rate_limit = "10/s",
)]
impl Web {
    fn is_ours(pod: &Pod) -> bool {
        pod.metadata.annotations.is_some()
    }

    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), pod.metadata.annotations);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
