use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = Deployment,
    name = "web-deployments",
    namespace = "staging,production",
    resync = "10m",
)]
impl Web {
    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result {
        let replicas = deployment.spec.replicas.unwrap_or(1);
        println!("{} wants {replicas}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
