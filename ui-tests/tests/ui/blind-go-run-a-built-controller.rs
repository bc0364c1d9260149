use k8s_openapi::api::core::v1::Pod;
use kooper::{Controller, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let controller = Controller::new(Web).workers(5).retries(10);
    let _ = kooper::run(controller);
}
