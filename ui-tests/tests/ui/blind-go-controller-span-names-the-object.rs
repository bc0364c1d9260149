use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(
    resource = Pod,
    labels = "app=web",
    span(target = "ops::web", fields(node = ?pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()))),
)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
