use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Context, controller};
use kube::Api;

struct Web;

#[controller(resource = Pod, namespace = "prod", labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let configs: Api<ConfigMap> = Api::namespaced(ctx.client().clone(), "prod");
        let config = configs.get_opt("web").await?;
        println!("{:?} has a config map: {}", pod.metadata.name, config.is_some());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
