use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Result, controller};
use std::rc::Rc;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> Result {
        let one = Rc::new(1);
        std::future::ready(()).await;
        drop(one);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
