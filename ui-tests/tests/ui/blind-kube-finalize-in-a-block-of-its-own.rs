use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, finalizer = "example.com/web")]
impl Web {
    async fn add(&self, ctx: Context, _map: ConfigMap) -> kooper::Result {
        println!("apply {}", ctx.key());
        Ok(())
    }
}

impl Web {
    async fn finalize(&self, ctx: Context, _map: ConfigMap) -> kooper::Result {
        println!("clean up {}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
