use k8s_openapi::api::core::v1::Pod;
use kooper::controller;
use kube::api::DynamicObject;

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, object: Pod) -> kooper::Result {
        println!("{:?}: {:?}", object.metadata.name, object.spec);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
