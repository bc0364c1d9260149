use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, watches(ConfigMap, map = Self::pod_of))]
impl Web {
    fn pod_of(config: &ConfigMap) -> Option<ObjectKey> {
        let meta = &config.metadata;
        Some(ObjectKey::new(meta.name.as_ref()?).within(meta.namespace.as_ref()?))
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} by {}", ctx.key(), ctx.trigger());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
