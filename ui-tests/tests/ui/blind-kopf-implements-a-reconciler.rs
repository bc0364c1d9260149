use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, Handler, controller};

struct Web;

#[controller(resource = Deployment, name = "web-deployments")]
impl Handler for Web {
    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result {
        let wanted = deployment.spec.replicas.unwrap_or(1);
        println!("{} wants {wanted} replicas", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
