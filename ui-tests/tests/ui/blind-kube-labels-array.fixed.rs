use k8s_openapi::api::core::v1::Pod;
use kooper::{ObjectKey, controller};

struct Web;

#[controller(
    resource = Pod,
    namespace = ["staging", "production"],
    labels = "app=web,tier in (front, back)",
    fields = "status.phase=Running",
)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?} runs", pod.metadata.name);
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        println!("{key} runs no more");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
