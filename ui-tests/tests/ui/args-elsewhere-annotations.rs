use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, annotations = "a=b")]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> kooper::Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
