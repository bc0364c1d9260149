use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = ConfigMap,
    labels = Self::SELECTOR,
    debounce = Self::QUIET,
    rate_limit = "100/1m",
)]
impl Web {
    const SELECTOR: &str = "kind=site";
    const QUIET: &str = "2s";

    async fn add(&self, ctx: Context, _site: ConfigMap) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
