use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Secret},
};
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, labels = "app=web", owns(ConfigMap, Secret))]
impl Web {
    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result {
        println!("{} wants {:?}", ctx.key(), deployment.spec.replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
