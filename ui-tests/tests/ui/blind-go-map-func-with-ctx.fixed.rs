use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web {
    user: &'static str,
}

#[controller(resource = Pod, watches(Secret, map = Self::users))]
impl Web {
    fn users(&self, secret: &Secret) -> Vec<ObjectKey> {
        println!("{} has changed", ObjectKey::of(secret));
        vec![ObjectKey::namespaced("default", self.user)]
    }

    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { user: "web" });
}
