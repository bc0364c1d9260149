use k8s_openapi::api::{apps::v1::Deployment, core::v1::{ConfigMap, Secret}};
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, owns(ConfigMap), owns(Secret))]
impl Web {
    async fn add(&self, ctx: Context, _deployment: Deployment) -> kooper::Result {
        println!("{} by {}", ctx.key(), ctx.trigger());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
