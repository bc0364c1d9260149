use k8s_openapi::api::core::v1::{Pod, Service};
use kooper::controller;

struct Web;

#[controller(resource = Pod, name = "web-pods")]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("pod {:?}", pod.metadata.name);
        Ok(())
    }
}

struct Other;

#[controller(resource = Service, name = "web-services")]
impl Other {
    async fn add(&self, service: Service) -> kooper::Result {
        println!("service {:?}", service.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
    let _ = kooper::run(Other);
}
