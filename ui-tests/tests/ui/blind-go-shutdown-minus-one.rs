use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod, timeout = "30s", shutdown = "-1s")]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
