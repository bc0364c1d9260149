use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

async fn start() -> kooper::Result {
    let mut controller = Controller::new(Web);
    controller.workers = 10;
    controller.run().await
}

fn main() {
    drop(start());
}
