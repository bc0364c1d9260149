use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, filter = Self::is_ours)]
impl Web {
    fn is_ours(deployment: &Deployment) -> bool {
        deployment.metadata.generation.is_some()
    }

    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result {
        println!("{} is at generation {:?}", ctx.key(), deployment.metadata.generation);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
