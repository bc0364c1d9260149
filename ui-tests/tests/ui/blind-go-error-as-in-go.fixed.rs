use k8s_openapi::api::core::v1::ConfigMap;
use kooper::controller;
use std::error::Error;

struct Web;

#[controller(resource = ConfigMap, labels = "app=web")]
impl Web {
    async fn add(&self, config: ConfigMap) -> Result<(), Box<dyn Error + Send + Sync>> {
        let data = config.data.unwrap_or_default();
        let port: u16 = data.get("port").map_or("80", String::as_str).parse()?;
        println!("{:?} listens on {port}", config.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
