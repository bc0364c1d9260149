use k8s_openapi::api::core::v1::Pod;
use kooper::{Requeue, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, _: Pod) -> kooper::Result<Requeue> {
        Box::pin(async { Ok(Requeue::none()) }).await
    }
}

fn main() {
    let _ = kooper::run(Web);
}
