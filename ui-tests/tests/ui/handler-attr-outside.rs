use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Result, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> Result {
        self.later().await
    }
}

impl Web {
    #[handler(timeout = "1s")]
    async fn later(&self) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
