use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Pod, debounce = "1s", workers = 0)]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result<Requeue> {
        println!("{}: {:?}", ctx.key(), pod.status);
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
