use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, field = "spec.replicas")]
impl Web {
    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result {
        println!("{} wants {:?} replicas", ctx.key(), deployment.spec.replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
