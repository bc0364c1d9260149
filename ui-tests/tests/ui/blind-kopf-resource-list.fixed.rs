use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, namespace = ["staging", "prod"])]
impl Web {
    async fn add(&self, ctx: Context, workload: Deployment) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), workload.spec.replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
