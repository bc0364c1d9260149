use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Pod, shutdown = "20s")]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

async fn start() -> kooper::Result {
    Controller::new(Web).workers(4).shutdown_on_signal().run().await
}

fn main() {
    drop(start());
}
