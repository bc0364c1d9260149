use anyhow::Context as _;
use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    fn node(pod: &Pod) -> anyhow::Result<&str> {
        let spec = pod.spec.as_ref().context("the pod has no spec")?;
        spec.node_name.as_deref().context("the pod has no node")
    }

    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is on {}", ctx.key(), Self::node(&pod)?);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
