use std::sync::Arc;

use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};
use kube::{CustomResource, runtime::watcher};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(CustomResource, Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[kube(group = "example.com", version = "v1", kind = "Website", namespaced)]
struct WebsiteSpec {
    host: String,
}

struct Web;

#[controller(
    resource = Website,
    owns(ConfigMap, labels = "app=web"),
)]
impl Web {
    async fn add(&self, ctx: Context, site: Arc<Website>) -> kooper::Result {
        println!("{} serves {}", ctx.key(), site.spec.host);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
