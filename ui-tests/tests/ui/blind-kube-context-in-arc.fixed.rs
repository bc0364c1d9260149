use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Deployment, workers = 5)]
impl Web {
    async fn add(&self, ctx: Context, deployment: Arc<Deployment>) -> kooper::Result {
        let replicas = deployment.spec.replicas;
        println!("{} wants {:?} replicas", ctx.key(), replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
