use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=bucket", finalizer = "example.com/web")]
impl Web {
    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("make the bucket of {}, unless it is there", ctx.key());
        Ok(())
    }

    /// The finalizer keeps the object until this has succeeded.
    #[handler(retries = u32::MAX, timeout = "5m")]
    async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
        println!("empty the bucket of {key} and remove it");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
