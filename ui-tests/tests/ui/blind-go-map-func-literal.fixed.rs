use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = ConfigMap,
    watches(Secret, map = Self::users, labels = "kind=certificate"),
)]
impl Web {
    fn users(secret: &Secret) -> Vec<ObjectKey> {
        vec![ObjectKey::of(secret)]
    }

    async fn add(&self, ctx: Context, map: ConfigMap) -> kooper::Result {
        println!("{} has {} keys", ctx.key(), map.data.map_or(0, |d| d.len()));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
