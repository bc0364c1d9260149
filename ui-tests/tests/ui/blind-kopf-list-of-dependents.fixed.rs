use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(
    resource = Deployment,
    labels = "managed-by=web",
    owns(ConfigMap), owns(Secret),
    resync = "10m",
)]
impl Web {
    async fn add(&self, ctx: Context, deployment: Arc<Deployment>) -> kooper::Result {
        println!("{} because of {}", ctx.key(), ctx.trigger().as_str());
        println!("generation {:?}", deployment.metadata.generation);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
