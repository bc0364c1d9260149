use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = ConfigMap, labels = "kind=site", finalizer = "example.com/site")]
impl Web {
    async fn add(&self, ctx: Context, _site: ConfigMap) -> kooper::Result {
        println!("make {}", ctx.key());
        Ok(())
    }

    async fn finalize(&self, ctx: Context, site: ConfigMap) -> kooper::Result<Requeue> {
        println!("remove {}", ctx.key());
        let empty = site.data.is_none_or(|data| data.is_empty());
        Ok(if empty { Requeue::none() } else { Requeue::after(Duration::from_secs(30)) })
    }
}

fn main() {
    let _ = kooper::run(Web);
}
