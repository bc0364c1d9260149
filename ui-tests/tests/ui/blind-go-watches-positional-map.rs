use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=site", watches(Secret, Self::sites))]
impl Web {
    fn sites(secret: &Secret) -> Vec<ObjectKey> {
        match (&secret.metadata.namespace, &secret.metadata.name) {
            (Some(namespace), Some(name)) => vec![ObjectKey::namespaced(namespace, name)],
            _ => Vec::new(),
        }
    }

    async fn add(&self, ctx: Context, _site: ConfigMap) -> kooper::Result {
        println!("{} has the certificate it should have", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
