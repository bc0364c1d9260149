use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, Result, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    fn add(self, _: Context, _: Pod, _: u8) {
        
    }

    fn delete(&self, _: Context, _: ObjectKey) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
