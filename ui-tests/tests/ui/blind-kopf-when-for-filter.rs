use k8s_openapi::api::apps::v1::Deployment;
use kooper::controller;

struct Web;

#[controller(resource = Deployment, when = Self::is_paused, retries = 5)]
impl Web {
    fn is_paused(deployment: &Deployment) -> bool {
        deployment.spec.paused.unwrap_or(false)
    }

    async fn add(&self, deployment: Deployment) -> kooper::Result {
        println!("{:?} is paused", deployment.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
