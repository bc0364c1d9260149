use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = ConfigMap)]
impl Web {
    async fn add(&self, ctx: Context, config: ConfigMap) -> kooper::Result {
        println!("{} is immutable: {:?}", ctx.key(), config.immutable);
        Ok(())
    }
}

async fn start() -> kooper::Result {
    Controller::new(Web).namespaces(std::env::var("WATCH_NAMESPACE").unwrap_or_default()).run().await
}

fn main() {
    drop(start());
}
