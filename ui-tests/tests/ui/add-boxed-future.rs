use k8s_openapi::api::core::v1::Pod;
use kooper::{Requeue, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    fn add(&self, _: Pod) -> std::pin::Pin<Box<dyn Future<Output = kooper::Result<Requeue>> + Send>> {
        Box::pin(async { Ok(Requeue::none()) })
    }
}

fn main() {
    let _ = kooper::run(Web);
}
