use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Pod, namespace = "prod")]
impl Web {
    async fn add(&self, pod: Arc<Pod>, ctx: Context) -> kooper::Result {
        let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref());
        println!("{} runs on {:?}", ctx.key(), node);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
