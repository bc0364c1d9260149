use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{ObjectKey, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=site", watches(Secret, Self::site_of))]
impl Web {
    fn site_of(secret: &Secret) -> Option<ObjectKey> {
        let meta = &secret.metadata;
        Some(ObjectKey::namespaced(meta.namespace.as_ref()?, meta.name.as_ref()?))
    }

    async fn add(&self, site: ConfigMap) -> kooper::Result {
        println!("{:?} has its certificate", site.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
