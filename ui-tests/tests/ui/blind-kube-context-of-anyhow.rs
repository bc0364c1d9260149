use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> Result<()> {
        let status = pod.status.context("the pod has no status")?;
        println!("{} is {:?}", ctx.key(), status.phase);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
