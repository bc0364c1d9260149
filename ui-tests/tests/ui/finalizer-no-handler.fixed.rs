use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Result, controller};

struct Web;

#[controller(resource = Pod, finalizer = "example.com/cleanup")]
impl Web {
    async fn finalize(&self, ctx: Context, object: Pod) -> kooper::Result {
        drop((ctx, object));
        Ok(())
    }

    async fn add(&self, _: Context, _: Pod) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
