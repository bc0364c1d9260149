use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Context, controller};
use kube::Api;
use std::sync::Arc;

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result {
        let namespace = pod.metadata.namespace.as_deref().unwrap_or("default");
        let maps: Api<ConfigMap> = Api::namespaced(ctx.client(), namespace);
        let found = maps.get_opt("web-settings").await?.is_some();
        println!("{}: settings found: {found}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
