use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Settings;

#[controller(resource = ConfigMap, labels = "kind=settings", timeout = Self::TIMEOUT)]
impl Settings {
    const TIMEOUT: u32 = 290;

    async fn add(&self, ctx: Context, config: ConfigMap) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), config.data);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Settings);
}
