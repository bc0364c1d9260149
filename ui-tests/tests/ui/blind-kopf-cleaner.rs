use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = ConfigMap, labels = "kind=site", finalizer = "example.com/site")]
impl Web {
    async fn add(&self, ctx: Context, config: ConfigMap) -> kooper::Result<Requeue> {
        println!("{}: {} pages", ctx.key(), config.data.unwrap_or_default().len());
        Ok(Requeue::after(Duration::from_secs(600)))
    }

    async fn cleanup(&self, ctx: Context, config: ConfigMap) -> kooper::Result {
        println!("take {} off the net: {:?}", ctx.key(), config.metadata.deletion_timestamp);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
