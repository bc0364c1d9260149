use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, timeout = "30s", finalizer = "example.com/web")]
impl Web {
    async fn add(&self, ctx: Context, _map: ConfigMap) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }

    async fn finalize(&self, ctx: Context, _map: ConfigMap) -> kooper::Result {
        println!("{} is cleaned up", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
