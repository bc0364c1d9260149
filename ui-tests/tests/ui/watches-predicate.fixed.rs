use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, watches(Secret, map = Self::users))]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> kooper::Result {
        Ok(())
    }

    fn users(_: &Secret) -> Vec<ObjectKey> {
        Vec::new()
    }
}

fn main() {
    let _ = kooper::run(Web);
}
