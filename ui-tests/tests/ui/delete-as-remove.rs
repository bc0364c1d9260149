use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Result, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> Result {
        Ok(())
    }

    async fn remove(&self, _: Context, _: kooper::ObjectKey) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
