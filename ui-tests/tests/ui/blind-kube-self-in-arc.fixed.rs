use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web {
    prefix: String,
}

#[controller(resource = Pod, retries = 5)]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result {
        println!("{}{}: {:?}", self.prefix, ctx.key(), pod.status);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { prefix: "web: ".into() });
}
