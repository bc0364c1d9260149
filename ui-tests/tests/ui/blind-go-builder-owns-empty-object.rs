use k8s_openapi::api::{apps::v1::Deployment, core::v1::ConfigMap};
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Deployment)]
impl Web {
    async fn add(&self, ctx: Context, _deployment: Deployment) -> kooper::Result {
        println!("{} because of {}", ctx.key(), ctx.trigger());
        Ok(())
    }
}

async fn start() -> kooper::Result {
    Controller::new(Web).owns(ConfigMap::default()).workers(5).run().await
}

fn main() {
    drop(start());
}
