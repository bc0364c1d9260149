use k8s_openapi::api::core::v1::Namespace;
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Namespace, labels = "team=web")]
impl Web {
    async fn add(&self, ctx: Context, namespace: Namespace) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), namespace.status.and_then(|status| status.phase));
        Ok(())
    }
}

async fn start() -> kooper::Result {
    Controller::new(Web).workers(10).resync(std::time::Duration::from_secs(36000)).run().await
}

fn main() {
    drop(start());
}
