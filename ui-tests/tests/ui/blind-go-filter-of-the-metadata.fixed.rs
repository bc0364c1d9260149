use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, filter = Self::is_managed)]
impl Web {
    fn is_managed(meta: &Deployment) -> bool {
        meta.metadata.annotations.as_ref().is_some_and(|all| all.contains_key("example.com/managed"))
    }

    async fn add(&self, ctx: Context, _deployment: Deployment) -> kooper::Result {
        println!("{} is managed", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
