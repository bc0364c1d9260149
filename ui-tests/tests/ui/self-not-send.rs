use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Result, controller};
use std::rc::Rc;

struct Web(Rc<u8>);

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web(Rc::new(1)));
}
