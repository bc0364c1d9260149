use kooper::controller;
use kube::api::DynamicObject;

struct Web;

#[controller(resource = DynamicObject, labels = "app=web")]
impl Web {
    async fn add(&self, object: DynamicObject) -> kooper::Result {
        println!("{:?}: {}", object.metadata.name, object.data);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
