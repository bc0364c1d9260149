use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, watches(Secret, map = Self::users, labels = "kind=certificate"))]
impl Web {
    fn users(secret: &Secret) -> Vec<ObjectKey> {
        let namespace = secret.metadata.namespace.as_deref().unwrap_or_default();
        vec![ObjectKey::namespaced(namespace, "web")]
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} by {}", ctx.key(), ctx.trigger());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
