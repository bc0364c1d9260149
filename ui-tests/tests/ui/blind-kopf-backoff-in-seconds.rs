use k8s_openapi::api::core::v1::ConfigMap;
use kooper::controller;

struct Web;

#[controller(resource = ConfigMap, retries = 5, backoff = 10)]
impl Web {
    async fn add(&self, config: ConfigMap) -> kooper::Result {
        let keys = config.data.map(|data| data.len()).unwrap_or_default();
        println!("{:?} has {keys} keys", config.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
