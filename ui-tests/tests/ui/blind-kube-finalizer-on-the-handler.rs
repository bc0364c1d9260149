use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Buckets;

#[controller(resource = ConfigMap)]
impl Buckets {
    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("apply {}", ctx.key());
        Ok(())
    }

    #[handler(finalizer = "example.com/bucket", timeout = "5m")]
    async fn finalize(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("cleanup {}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Buckets);
}
