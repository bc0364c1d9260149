use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

const APP: &str = "web";

struct Web;

#[controller(resource = Pod, labels = "app=web,tier=front")]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?} is one of {APP}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
