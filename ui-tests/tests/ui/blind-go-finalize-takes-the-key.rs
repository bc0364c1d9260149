use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=site", finalizer = "example.com/site")]
impl Web {
    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("make the site of {}", ctx.key());
        Ok(())
    }

    async fn finalize(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
        println!("remove the site of {key}");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
