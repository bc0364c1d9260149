use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, ObjectKey, controller};
use kube::Api;

struct Web;

#[controller(resource = Deployment)]
impl Web {
    async fn add(&self, ctx: Context, req: Deployment) -> kooper::Result {
        let api: Api<Deployment> =
            Api::namespaced(ctx.client(), req.metadata.namespace.as_deref().unwrap_or_default());
        let Some(deployment) = api.get_opt(req.metadata.name.as_deref().unwrap_or_default()).await? else {
            return Ok(());
        };
        println!("{} is at generation {:?}", ctx.key(), deployment.metadata.generation);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
