use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = ConfigMap, watches(Secret, map = Self::users))]
impl Web {
    fn users(secret: &Secret) -> Option<ObjectKey> {
        let meta = &secret.metadata;
        Some(ObjectKey::namespaced(meta.namespace.as_ref()?, meta.name.as_ref()?))
    }

    async fn add(&self, ctx: Context, config: ConfigMap) -> kooper::Result {
        println!("{} has {} keys", ctx.key(), config.data.map_or(0, |data| data.len()));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
