use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, timeout = "10s")]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = Controller::new(Web).shutdown(Duration::from_secs(20)).run();
}
