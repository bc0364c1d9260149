use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Result, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> Result {
        Ok(())
    }
}

struct Jobs;

impl Jobs {
    async fn add(&self, _: Context, _: Pod) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
