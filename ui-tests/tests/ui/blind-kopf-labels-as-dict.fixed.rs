use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod, labels = "app=web,tier=front", timeout = "30s")]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.labels);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
