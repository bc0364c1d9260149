use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{Context, Requeue, controller};
use kube::Api;
use std::{sync::Arc, time::Duration};

struct Web;

#[controller(resource = Pod, labels = "app=web", resync = "never")]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> Result<Requeue, kube::Error> {
        let namespace = pod.metadata.namespace.as_deref().unwrap_or("default");
        let secrets: Api<Secret> = Api::namespaced(ctx.client(), namespace);
        if secrets.get_opt("web-tls").await?.is_none() {
            return Ok(Requeue::after(Duration::from_secs(10)));
        }
        Ok(Requeue::after(Duration::from_secs(300)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
