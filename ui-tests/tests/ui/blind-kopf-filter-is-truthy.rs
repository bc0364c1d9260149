use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod, filter = Self::is_ours)]
impl Web {
    fn is_ours(pod: &Pod) -> Option<&String> {
        pod.metadata.labels.as_ref().and_then(|labels| labels.get("app"))
    }

    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?} is ours", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
