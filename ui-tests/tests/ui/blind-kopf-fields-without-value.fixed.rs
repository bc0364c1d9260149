use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod, fields = "spec.nodeName=value")]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.spec.and_then(|spec| spec.node_name));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
