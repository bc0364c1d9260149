use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kooper::{Context, controller};
use kube::core::TypeMeta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(kube::CustomResource, Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[kube(group = "example.com", version = "v1", kind = "Site", namespaced)]
struct SiteSpec {
    replicas: i32,
}

struct Web;

#[controller(resource = Site)]
impl Web {
    async fn add(&self, ctx: Context, site: Site) -> kooper::Result {
        println!("{} wants {} replicas", ctx.key(), site.spec.replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
