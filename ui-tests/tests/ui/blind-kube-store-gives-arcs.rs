use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        let pods: Vec<Arc<Pod>> = ctx.store().all().await;
        for pod in &pods {
            println!("{:?}", pod.metadata.name);
        }
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
