use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add<'a>(&'a self, _: &'a Pod) -> kooper::Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
