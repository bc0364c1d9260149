use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};
use std::error::Error;

struct Web;

#[controller(resource = ConfigMap, labels = "kind=settings")]
impl Web {
    async fn add(&self, ctx: Context, settings: ConfigMap) -> Result<(), Box<dyn Error>> {
        let data = settings.data.unwrap_or_default();
        let port: u16 = data.get("port").ok_or("no port is set")?.parse()?;
        println!("{} is at port {port}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
