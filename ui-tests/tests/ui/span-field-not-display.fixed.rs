use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod)]
impl Web {
    #[handler(span(fields(name = ?pod.metadata.name)))]
    async fn add(&self, pod: Pod) -> kooper::Result {
        drop(pod);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
