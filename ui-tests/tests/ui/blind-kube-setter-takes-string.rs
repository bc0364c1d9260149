use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|status| status.phase));
        Ok(())
    }
}

fn main() {
    let _ = Controller::new(Web).workers(10).timeout("30s");
}
