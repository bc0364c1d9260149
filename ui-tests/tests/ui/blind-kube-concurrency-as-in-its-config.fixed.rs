use k8s_openapi::api::{apps::v1::ReplicaSet, core::v1::Pod};
use kooper::{Context, Requeue, controller};
use std::{sync::Arc, time::Duration};

struct Web;

#[controller(resource = ReplicaSet, owns(Pod), workers = 10, debounce = "1s")]
impl Web {
    async fn add(&self, ctx: Context, set: Arc<ReplicaSet>) -> kooper::Result<Requeue> {
        let ready = set.status.as_ref().and_then(|status| status.ready_replicas).unwrap_or(0);
        println!("{} has {ready} ready replicas", ctx.key());
        if ready == 0 {
            return Ok(Requeue::after(Duration::from_secs(10)));
        }
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
