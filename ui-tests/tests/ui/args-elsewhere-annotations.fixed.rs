use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, filter = Self::is_ours)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> kooper::Result {
        Ok(())
    }

    fn is_ours(_: &Pod) -> bool {
        true
    }
}

fn main() {
    let _ = kooper::run(Web);
}
