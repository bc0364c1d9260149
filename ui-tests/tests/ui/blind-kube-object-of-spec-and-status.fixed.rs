use kooper::{Context, controller};
use kube::core::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(kube::CustomResource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[kube(group = "example.com", version = "v1", kind = "Site", namespaced, status = "SiteStatus")]
struct SiteSpec {
    title: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
struct SiteStatus {
    ready: bool,
}

struct Web;

#[controller(resource = Site)]
impl Web {
    async fn add(&self, ctx: Context, site: Site) -> kooper::Result {
        let ready = site.status.is_some_and(|status| status.ready);
        println!("{} is {:?}, ready: {ready}", ctx.key(), site.spec.title);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
