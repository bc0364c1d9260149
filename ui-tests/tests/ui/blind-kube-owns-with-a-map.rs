use k8s_openapi::api::{apps::v1::Deployment, core::v1::ConfigMap};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Deployment, owns(ConfigMap, map = Self::site_of, labels = "kind=site"))]
impl Web {
    fn site_of(map: &ConfigMap) -> Option<ObjectKey> {
        let site = map.metadata.labels.as_ref()?.get("site")?;
        Some(ObjectKey::namespaced(map.metadata.namespace.as_ref()?, site))
    }

    async fn add(&self, ctx: Context, _deployment: Deployment) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
