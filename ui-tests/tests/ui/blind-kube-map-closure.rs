use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{ObjectKey, controller};

struct Web;

#[controller(
    resource = Pod,
    labels = "app=web",
    watches(Secret, map = |secret: &Secret| Some(ObjectKey::of(secret))),
)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
