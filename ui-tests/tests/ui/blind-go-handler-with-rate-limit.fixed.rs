use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(
    resource = ConfigMap,
    labels = "kind=backup",
    finalizer = "example.com/backup",
    timeout = "30s",
    rate_limit = "1/s",
)]
impl Web {
    async fn add(&self, _config: ConfigMap) -> kooper::Result<Requeue> {
        Ok(Requeue::after(Duration::from_secs(600)))
    }

    #[handler(retries = u32::MAX, timeout = "10m")]
    async fn finalize(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("remove the backup of {}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
