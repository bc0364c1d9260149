use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, filter = Self::generation)]
impl Web {
    fn generation(deployment: &Deployment) -> bool {
        deployment.metadata.generation.is_some()
    }

    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), deployment.spec.replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
