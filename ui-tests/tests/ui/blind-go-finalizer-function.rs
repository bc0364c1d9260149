use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = ConfigMap,
    labels = "kind=bucket",
    finalizer = Self::finalize,
    filter = Self::is_ours,
    shutdown = "20s",
)]
impl Web {
    fn is_ours(config: &ConfigMap) -> bool {
        config.data.is_some()
    }

    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("make the bucket of {}", ctx.key());
        Ok(())
    }

    #[handler(retries = u32::MAX, timeout = "10m")]
    async fn finalize(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("remove the bucket of {}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
