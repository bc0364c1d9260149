use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, Requeue, controller};
use std::sync::Arc;

struct Buckets;

#[controller(resource = ConfigMap, finalizer = "buckets.example.com/cleanup")]
impl Buckets {
    async fn add(&self, ctx: Context, config: Arc<ConfigMap>) -> kooper::Result<Requeue> {
        println!("apply {}: {:?}", ctx.key(), config.data);
        Ok(Requeue::none())
    }

    async fn finalize(&self, ctx: Context, config: Arc<ConfigMap>) -> kooper::Result<Requeue> {
        println!("cleanup {}: {:?}", ctx.key(), config.data);
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Buckets);
}
