use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod, labels = "app=web", retries = 5)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?} is ours", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
