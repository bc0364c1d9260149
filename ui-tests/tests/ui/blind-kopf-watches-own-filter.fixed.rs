use k8s_openapi::api::core::v1::{ConfigMap, Service};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = Service,
    watches(ConfigMap, map = Self::service_of),
    retries = 5,
)]
impl Web {
    fn service_of(config: &ConfigMap) -> Option<ObjectKey> {
        if !Self::is_template(config) {
            return None;
        }
        let meta = &config.metadata;
        Some(ObjectKey::namespaced(meta.namespace.as_ref()?, meta.name.as_ref()?))
    }

    fn is_template(config: &ConfigMap) -> bool {
        config.data.as_ref().is_some_and(|data| data.contains_key("template"))
    }

    async fn add(&self, ctx: Context, _service: Service) -> kooper::Result {
        println!("{} has its template", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
