use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web(u64);

#[controller(resource = Pod, span(fields(name = self.0)))]
impl Web {
    async fn add(&self, _: Pod) -> kooper::Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web(1));
}
