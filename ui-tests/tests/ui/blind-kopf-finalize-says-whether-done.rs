use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=site", finalizer = "example.com/site")]
impl Web {
    async fn add(&self, ctx: Context, _site: ConfigMap) -> kooper::Result {
        println!("make {}", ctx.key());
        Ok(())
    }

    async fn finalize(&self, ctx: Context, site: ConfigMap) -> kooper::Result<bool> {
        println!("remove {}", ctx.key());
        let empty = site.data.is_none_or(|data| data.is_empty());
        Ok(empty)
    }
}

fn main() {
    let _ = kooper::run(Web);
}
