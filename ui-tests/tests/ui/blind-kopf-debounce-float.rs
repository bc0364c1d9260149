use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = ConfigMap,
    labels = "app=web,tier in (front, back)",
    debounce = 2.5,
    timeout = "30s",
)]
impl Web {
    async fn add(&self, ctx: Context, config: ConfigMap) -> kooper::Result {
        println!("{} has {} entries", ctx.key(), config.data.unwrap_or_default().len());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
