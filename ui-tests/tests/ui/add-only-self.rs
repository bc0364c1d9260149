use k8s_openapi::api::core::v1::Pod;
use kooper::{Result, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
