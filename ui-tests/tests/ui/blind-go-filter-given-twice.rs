use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod, filter = Self::is_scheduled, filter = Self::is_labelled)]
impl Web {
    fn is_scheduled(pod: &Pod) -> bool {
        pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())
    }

    fn is_labelled(pod: &Pod) -> bool {
        pod.metadata.labels.is_some()
    }

    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
