use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod, labels = "app=*,tier!=cache", timeout = "1m")]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?} has a label app", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
