use k8s_openapi::api::{apps::v1::Deployment, core::v1::ConfigMap};
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, owns(ConfigMap, filter = Self::is_settings))]
impl Web {
    fn is_settings(map: &ConfigMap) -> bool {
        map.metadata.labels.as_ref().is_some_and(|l| l.contains_key("settings"))
    }

    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result {
        println!("{} wants {:?}", ctx.key(), deployment.spec.replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
