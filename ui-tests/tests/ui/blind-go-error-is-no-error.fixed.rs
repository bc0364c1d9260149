use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};
use std::fmt;

struct Web;

#[derive(Debug, thiserror::Error)]
struct MissingKey(&'static str);

impl fmt::Display for MissingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key {} is missing", self.0)
    }
}

#[controller(resource = ConfigMap, labels = "kind=site")]
impl Web {
    async fn add(&self, ctx: Context, config: ConfigMap) -> Result<(), MissingKey> {
        let data = config.data.unwrap_or_default();
        let html = data.get("index.html").ok_or(MissingKey("index.html"))?;
        println!("{}: {} bytes", ctx.key(), html.len());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
