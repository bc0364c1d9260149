use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Pod, namespace = "prod", retries = 5)]
impl Web {
    async fn add(&self, pod: Arc<Pod>, ctx: Context) -> kooper::Result {
        let containers = pod.spec.as_ref().map_or(0, |spec| spec.containers.len());
        println!("{} has {containers} containers", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
