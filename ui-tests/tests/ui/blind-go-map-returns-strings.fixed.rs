use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web", watches(Secret, map = Self::users))]
impl Web {
    fn users(secret: &Secret) -> Vec<ObjectKey> {
        let namespace = secret.metadata.namespace.clone().unwrap_or_default();
        let name = secret.metadata.name.clone().unwrap_or_default();
        vec![ObjectKey::namespaced(&namespace, &name)]
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} uses the newest secret", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
