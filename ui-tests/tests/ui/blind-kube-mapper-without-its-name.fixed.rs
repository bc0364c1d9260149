use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web", watches(Secret, map = Self::pod_of))]
impl Web {
    /// The secret of a pod has its name.
    fn pod_of(secret: &Secret) -> Option<ObjectKey> {
        let meta = &secret.metadata;
        Some(ObjectKey::namespaced(meta.namespace.as_ref()?, meta.name.as_ref()?))
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} because of {}", ctx.key(), ctx.trigger().as_str());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
