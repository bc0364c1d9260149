use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kooper::{Context, controller};
use serde::{Deserialize, Serialize};

#[derive(kube::CustomResource, Clone, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[kube(group = "example.com", version = "v1", kind = "Site", namespaced)]
struct SiteSpec {
    title: String,
}

struct Web;

#[controller(resource = Site)]
impl Web {
    async fn add(&self, ctx: Context, site: Site) -> kooper::Result {
        println!("{} {:?} is called {}", ctx.key(), site.metadata.labels, site.spec.title);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
