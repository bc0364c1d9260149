use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=site", finalizer = "example.com/web/cleanup")]
impl Web {
    async fn add(&self, ctx: Context, _site: ConfigMap) -> kooper::Result {
        println!("make the site {}, unless it is there", ctx.key());
        Ok(())
    }

    async fn finalize(&self, ctx: Context, _site: ConfigMap) -> kooper::Result {
        println!("remove the site {}, unless it is gone", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
