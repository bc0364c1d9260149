use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::{sync::Arc, time::Duration};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, pod: Arc<Pod>, ctx: Context) -> kooper::Result<Requeue> {
        println!("{}: {:?}", ctx.key(), pod.metadata.labels);
        Ok(Requeue::after(Duration::from_secs(300)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
