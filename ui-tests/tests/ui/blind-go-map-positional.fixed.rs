use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = ConfigMap,
    labels = "app=web",
    watches(Secret, map = Self::users),
)]
impl Web {
    fn users(secret: &Secret) -> Vec<ObjectKey> {
        vec![ObjectKey::of(secret)]
    }

    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("{} is up to date with its secret", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
