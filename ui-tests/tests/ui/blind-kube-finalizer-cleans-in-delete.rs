use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=bucket", finalizer = "example.com/bucket")]
impl Web {
    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("make the bucket of {}", ctx.key());
        Ok(())
    }

    async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
        println!("remove the bucket of {key}");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
