use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kooper::{Controller, controller};
use std::collections::BTreeMap;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = Controller::new(Web).labels("app=web").run();
}
