use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, filter = Self::generation)]
impl Web {
    fn generation(deployment: &Deployment) -> Option<i64> {
        deployment.metadata.generation
    }

    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), deployment.spec.replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
