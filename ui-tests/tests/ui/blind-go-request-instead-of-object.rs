use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, ObjectKey, controller};
use kube::Api;

struct Web;

#[controller(resource = Deployment)]
impl Web {
    async fn add(&self, ctx: Context, req: ObjectKey) -> kooper::Result {
        let api: Api<Deployment> = Api::namespaced(ctx.client(), req.namespace().unwrap_or_default());
        let Some(deployment) = api.get_opt(req.name()).await? else {
            return Ok(());
        };
        println!("{req} is at generation {:?}", deployment.metadata.generation);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
