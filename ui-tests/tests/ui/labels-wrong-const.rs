use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Result, controller};

const WEB: u8 = 1;

struct Web;

#[controller(resource = Pod, labels = WEB)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
