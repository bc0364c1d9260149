use k8s_openapi::api::core::v1::Pod;
use kooper::{Handler, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("web: {:?}", pod.metadata.name);
        Ok(())
    }
}

struct Batch;

#[controller(resource = Pod, labels = "app=batch")]
impl Batch {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("batch: {:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let handlers: Vec<Box<dyn Handler<Resource = Pod>>> = vec![Box::new(Web), Box::new(Batch)];
    for handler in handlers {
        let _ = kooper::run(handler);
    }
}
