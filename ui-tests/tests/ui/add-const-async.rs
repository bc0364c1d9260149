use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod)]
impl Web {
    const async fn add(&self, _: Pod) -> kooper::Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
