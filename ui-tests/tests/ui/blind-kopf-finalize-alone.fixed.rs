use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=bucket", finalizer = "example.com/cleanup")]
impl Web {
    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("make the bucket of {}", ctx.key());
        Ok(())
    }

    async fn finalize(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("remove the bucket of {}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
