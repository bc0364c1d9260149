use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=site", workers = Self::CONCURRENCY)]
impl Web {
    const CONCURRENCY: u16 = 8;

    async fn add(&self, ctx: Context, site: ConfigMap) -> kooper::Result {
        println!("{} has {} keys", ctx.key(), site.data.unwrap_or_default().len());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
