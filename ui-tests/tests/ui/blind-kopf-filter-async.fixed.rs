use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, filter = Self::is_ours)]
impl Web {
    fn is_ours(&self, config: &ConfigMap) -> bool {
        config.data.as_ref().is_some_and(|data| data.contains_key("site"))
    }

    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("{} describes a site", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
