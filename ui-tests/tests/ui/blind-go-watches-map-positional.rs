use k8s_openapi::api::core::v1::{ConfigMap, Secret, Service};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = Service,
    labels = "app=web",
    owns(ConfigMap),
    watches(Secret, Self::service_of, labels = "kind=certificate"),
)]
impl Web {
    /// The certificate of a service is a secret of the same name.
    fn service_of(secret: &Secret) -> Vec<ObjectKey> {
        vec![ObjectKey::of(secret)]
    }

    async fn add(&self, ctx: Context, _service: Service) -> kooper::Result {
        println!("{} by {}", ctx.key(), ctx.trigger());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
