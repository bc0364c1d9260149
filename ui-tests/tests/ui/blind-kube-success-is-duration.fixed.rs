use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = ConfigMap, labels = "kind=site")]
impl Web {
    async fn add(&self, config: ConfigMap) -> kooper::Result<Requeue> {
        let keys = config.data.map(|data| data.len()).unwrap_or_default();
        println!("{:?}: {keys} keys", config.metadata.name);
        Ok(Requeue::after(Duration::from_secs(300)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
