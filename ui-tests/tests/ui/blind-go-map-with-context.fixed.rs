use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = ConfigMap,
    labels = "kind=site",
    watches(Secret, map = Self::users, labels = "kind=certificate"),
)]
impl Web {
    fn users(secret: &Secret) -> Vec<ObjectKey> {
        let meta = &secret.metadata;
        let (Some(namespace), Some(name)) = (meta.namespace.as_ref(), meta.name.as_ref()) else {
            return Vec::new();
        };
        vec![ObjectKey::namespaced(namespace, name)]
    }

    async fn add(&self, ctx: Context, site: ConfigMap) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), site.data);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
