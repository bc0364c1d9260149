use k8s_openapi::api::core::v1::Pod;
use kooper::{ObjectKey, controller};
use kube::Resource;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, object: Pod) -> kooper::Result {
        println!("{} is there", ObjectKey::of(&object));
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
