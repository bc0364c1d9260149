use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = Pod,
    watches(Secret, map = Self::same_name),
    watches(ConfigMap, map = Self::same_name),
)]
impl Web {
    fn same_name(object: &Secret) -> Option<ObjectKey> {
        let meta = &object.metadata;
        Some(ObjectKey::namespaced(meta.namespace.as_ref()?, meta.name.as_ref()?))
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} or what it mounts has changed", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
