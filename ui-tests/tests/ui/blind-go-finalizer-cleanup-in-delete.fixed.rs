use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=bucket", finalizer = "example.com/bucket")]
impl Web {
    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("make the bucket of {}, unless it is there", ctx.key());
        Ok(())
    }

    async fn finalize(&self, ctx: Context, object: ConfigMap) -> kooper::Result {
        println!("empty the bucket of {} and remove it, unless it is gone", ctx.key());
        drop(object);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
