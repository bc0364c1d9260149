use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = ConfigMap,
    labels = "kind=site",
    watches(Secret, map = Self::site_of),
)]
impl Web {
    fn site_of(secret: &Secret) -> Vec<ObjectKey> {
        vec![ObjectKey::of(secret)]
    }

    async fn add(&self, ctx: Context, _site: ConfigMap) -> kooper::Result {
        println!("{} or its secret has changed", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
