use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use kube::core::PartialObjectMeta;
use std::sync::Arc;

struct Web;

#[controller(resource = PartialObjectMeta<Pod>)]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<PartialObjectMeta<Pod>>) -> kooper::Result {
        if pod.metadata.owner_references.is_none() {
            println!("nobody owns {}", ctx.key());
        }
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
