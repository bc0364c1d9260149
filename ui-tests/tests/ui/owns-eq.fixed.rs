use k8s_openapi::api::core::v1::{Pod, ConfigMap};
use kooper::{Context, Result, controller};

struct Web;

#[controller(resource = Pod, owns(ConfigMap))]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
