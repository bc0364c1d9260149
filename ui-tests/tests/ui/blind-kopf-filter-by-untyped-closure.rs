use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} has labels", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = Controller::new(Web).filter(|pod| pod.metadata.labels.is_some()).run();
}
