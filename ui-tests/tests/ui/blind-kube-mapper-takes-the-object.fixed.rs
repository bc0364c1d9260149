use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{Context, ObjectKey, controller};
use kube::ResourceExt;

struct Web;

#[controller(resource = Pod, watches(Secret, map = Self::users, labels = "kind=certificate"))]
impl Web {
    fn users(secret: &Secret) -> Vec<ObjectKey> {
        let namespace = secret.namespace().unwrap_or_default();
        secret.annotations().get("used-by").map(|name| ObjectKey::namespaced(&namespace, name)).into_iter().collect()
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} by {}", ctx.key(), ctx.trigger());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
