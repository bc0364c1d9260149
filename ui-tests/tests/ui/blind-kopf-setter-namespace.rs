use k8s_openapi::api::core::v1::Service;
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Service)]
impl Web {
    async fn add(&self, ctx: Context, _service: Service) -> kooper::Result {
        println!("{} is there", ctx.key());
        Ok(())
    }
}

async fn start() -> kooper::Result {
    // As `kopf run --namespace=prod` had it.
    Controller::new(Web).namespace("prod").run().await
}

fn main() {
    drop(start());
}
