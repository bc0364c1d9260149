use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=page", timeout = "10s")]
impl Web {
    async fn add(&self, ctx: Context, page: ConfigMap) -> Result<(), std::io::Error> {
        let data = page.data.unwrap_or_default();
        for (name, text) in &data {
            tokio::fs::write(format!("/var/www/{name}"), text).await?;
        }
        println!("{}: {} pages written", ctx.key(), data.len());
    }
}

fn main() {
    let _ = kooper::run(Web);
}
