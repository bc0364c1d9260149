use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=site")]
impl Web {
    async fn add(&self, ctx: Context, site: ConfigMap) -> kooper::Result {
        println!("{} holds {:?}", ctx.key(), site.data);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
