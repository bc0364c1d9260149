use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = ConfigMap,
    labels = "kind=site",
    watches(kind = Secret, map = Self::site_of, labels = "kind=certificate"),
    shutdown = "20s",
)]
impl Web {
    fn site_of(secret: &Secret) -> Option<ObjectKey> {
        let meta = &secret.metadata;
        Some(ObjectKey::namespaced(meta.namespace.as_ref()?, meta.name.as_ref()?))
    }

    async fn add(&self, ctx: Context, _site: ConfigMap) -> kooper::Result {
        println!("{} has its certificate", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
