use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{ObjectKey, controller};

struct Web;

#[controller(resource = ConfigMap, watches(Secret, map = Self::site_of, labels = "kind=certificate"))]
impl Web {
    fn site_of(secret: &Secret) -> Option<ObjectKey> {
        Some(ObjectKey::of(secret))
    }

    async fn add(&self, site: ConfigMap) -> kooper::Result {
        println!("{:?} has its certificate", site.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
