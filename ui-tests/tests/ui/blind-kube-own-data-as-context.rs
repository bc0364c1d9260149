use k8s_openapi::api::core::v1::Pod;
use kooper::{Client, controller};
use kube::Api;
use std::sync::Arc;

struct Data {
    client: Client,
}

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Arc<Data>, pod: Arc<Pod>) -> kooper::Result {
        let pods: Api<Pod> = Api::default_namespaced(ctx.client.clone());
        let name = pod.metadata.name.as_deref().unwrap_or_default();
        println!("{:?}", pods.get_opt(name).await?.is_some());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
