use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Result, controller};

const EVERY: u64 = 30;

struct Web;

#[controller(resource = Pod, backoff = EVERY)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
