use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = ConfigMap, watches(Secret, map = self.users))]
impl Web {
    fn users(&self, secret: &Secret) -> Option<ObjectKey> {
        let meta = &secret.metadata;
        Some(ObjectKey::namespaced(meta.namespace.as_ref()?, meta.name.as_ref()?))
    }

    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("{} has its secret", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
