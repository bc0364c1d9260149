use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result {
        println!("{} has the uid {:?}", ctx.key(), pod.metadata.uid);
        Ok(())
    }

    async fn delete(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result {
        println!("{} had the uid {:?}", ctx.key(), pod.metadata.uid);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
