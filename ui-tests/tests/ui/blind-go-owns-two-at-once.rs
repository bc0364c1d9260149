#![allow(unused_imports)]

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Secret},
};
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, owns(ConfigMap, Secret), retries = 5)]
impl Web {
    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result {
        println!("{} has {:?}", ctx.key(), deployment.metadata.generation);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
