use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::{sync::Arc, time::Duration};

trait Reconcile {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result<Requeue>;
}

struct Web;

#[controller(resource = Pod)]
impl Reconcile for Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result<Requeue> {
        println!("{}: {:?}", ctx.key(), pod.metadata.generation);
        Ok(Requeue::after(Duration::from_secs(300)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
