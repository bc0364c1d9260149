use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Result, controller};

const EVERY: Option<std::time::Duration> = None;

struct Web;

#[controller(resource = Pod, resync = EVERY)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
