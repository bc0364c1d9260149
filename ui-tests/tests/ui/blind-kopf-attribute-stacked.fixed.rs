use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, namespace = "staging", labels = "kind=web")]
impl Web {
    async fn add(&self, ctx: Context, config: ConfigMap) -> kooper::Result {
        println!("{} has {} values", ctx.key(), config.data.map_or(0, |data| data.len()));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
