use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, namespace = std::env::var("WATCH_NAMESPACE").unwrap_or_default())]
impl Web {
    async fn add(&self, ctx: Context, config: ConfigMap) -> kooper::Result {
        println!("{} is immutable: {:?}", ctx.key(), config.immutable);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
