use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = Pod,
    labels = "app=web",
    watches(Secret, map = "pods_of", labels = "kind=certificate"),
)]
impl Web {
    /// The certificate of a pod is a secret of the same name.
    fn pods_of(secret: &Secret) -> Vec<ObjectKey> {
        let meta = &secret.metadata;
        match (&meta.namespace, &meta.name) {
            (Some(namespace), Some(name)) => vec![ObjectKey::namespaced(namespace, name)],
            _ => Vec::new(),
        }
    }

    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} ({:?}) by {}", ctx.key(), pod.metadata.uid, ctx.trigger().as_str());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
