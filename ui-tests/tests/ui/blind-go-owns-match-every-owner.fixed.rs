use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::controller;

struct Web;

#[controller(resource = ConfigMap, labels = "kind=site", owns(Secret))]
impl Web {
    async fn add(&self, config: ConfigMap) -> kooper::Result {
        println!("{:?}", config.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
