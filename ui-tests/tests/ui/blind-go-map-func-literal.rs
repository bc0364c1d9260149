use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = ConfigMap,
    watches(Secret, map = |secret: &Secret| vec![ObjectKey::of(secret)], labels = "kind=certificate"),
)]
impl Web {
    async fn add(&self, ctx: Context, map: ConfigMap) -> kooper::Result {
        println!("{} has {} keys", ctx.key(), map.data.map_or(0, |d| d.len()));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
