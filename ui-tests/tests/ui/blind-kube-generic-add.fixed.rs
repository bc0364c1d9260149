use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, Requeue, controller};
use kube::ResourceExt;
use std::sync::Arc;

struct Labeller;

#[controller(resource = ConfigMap)]
impl Labeller {
    async fn add(&self, ctx: Context, object: Arc<ConfigMap>) -> kooper::Result<Requeue> {
        println!("{} has {} labels", ctx.key(), object.labels().len());
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Labeller);
}
