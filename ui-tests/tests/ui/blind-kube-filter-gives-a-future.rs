use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};
use std::{future::ready, sync::Arc};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), pod.spec);
        Ok(())
    }
}

fn main() {
    let controller = Controller::new(Web).workers(10).filter(|pod: &Pod| ready(pod.spec.is_some()));
    let _ = controller.run();
}
