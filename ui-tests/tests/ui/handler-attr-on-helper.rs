use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        self.helper(pod).await;
        Ok(())
    }

    #[handler(timeout = "1s")]
    async fn helper(&self, _: Pod) {}
}

fn main() {
    let _ = kooper::run(Web);
}
