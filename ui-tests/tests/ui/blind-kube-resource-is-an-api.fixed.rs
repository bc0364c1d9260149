use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use kube::Api;
use std::sync::Arc;

struct Web;

#[controller(resource = Pod, namespace = "default")]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result {
        let pods: Api<Pod> = Api::default_namespaced(ctx.client());
        println!("{} of {}: {:?}", ctx.key(), pods.resource_url(), pod.status);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
