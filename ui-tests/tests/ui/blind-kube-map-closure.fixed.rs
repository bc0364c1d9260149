use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{ObjectKey, controller};

struct Web;

#[controller(
    resource = Pod,
    labels = "app=web",
    watches(Secret, map = Self::users),
)]
impl Web {
    fn users(secret: &Secret) -> Option<ObjectKey> {
        Some(ObjectKey::of(secret))
    }

    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
