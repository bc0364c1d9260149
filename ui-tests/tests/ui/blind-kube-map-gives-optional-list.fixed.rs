use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = ConfigMap, watches(Secret, map = Self::users, labels = "kind=certificate"))]
impl Web {
    fn users(secret: &Secret) -> Vec<ObjectKey> {
        let namespace = secret.metadata.namespace.as_deref().unwrap_or_default();
        let annotations = secret.metadata.annotations.as_ref();
        let users = annotations.and_then(|found| found.get("example.com/users"));
        let names = users.into_iter().flat_map(|users| users.split(','));
        names.map(|name| ObjectKey::namespaced(namespace, name)).collect()
    }

    async fn add(&self, ctx: Context, _map: ConfigMap) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
