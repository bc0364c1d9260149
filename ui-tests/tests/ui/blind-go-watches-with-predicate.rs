use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = ConfigMap,
    labels = "kind=site",
    watches(Secret, map = Self::site_of, filter = Self::is_tls),
    rate_limit = "10/s",
)]
impl Web {
    fn is_tls(secret: &Secret) -> bool {
        secret.type_.as_deref() == Some("kubernetes.io/tls")
    }

    fn site_of(secret: &Secret) -> Option<ObjectKey> {
        Some(ObjectKey::of(secret))
    }

    async fn add(&self, ctx: Context, _site: ConfigMap) -> kooper::Result {
        println!("{} by {}", ctx.key(), ctx.trigger());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
