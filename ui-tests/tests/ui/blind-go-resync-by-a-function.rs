use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};
use std::time::Duration;

struct Web;

#[controller(resource = ConfigMap, labels = "app=web", resync = Self::interval)]
impl Web {
    fn interval() -> Duration {
        Duration::from_secs(600)
    }

    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
