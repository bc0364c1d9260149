use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = ConfigMap, watches(Secret, map = Self::users, labels = "kind=certificate"))]
impl Web {
    fn users(secret: &Secret) -> Option<Vec<ObjectKey>> {
        let namespace = secret.metadata.namespace.as_deref()?;
        let users = secret.metadata.annotations.as_ref()?.get("example.com/users")?;
        Some(users.split(',').map(|name| ObjectKey::namespaced(namespace, name)).collect())
    }

    async fn add(&self, ctx: Context, _map: ConfigMap) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
