use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> kooper::Result<Requeue> {
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
