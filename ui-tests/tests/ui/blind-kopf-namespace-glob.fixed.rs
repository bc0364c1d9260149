use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, namespace = ["a", "b"])]
impl Web {
    async fn add(&self, ctx: Context, _map: ConfigMap) -> kooper::Result {
        println!("{} is there", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
