use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kooper::{Context, controller};
use kube::core::TypeMeta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
struct SiteSpec {
    replicas: i32,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Site {
    #[serde(flatten)]
    type_meta: TypeMeta,
    metadata: ObjectMeta,
    spec: SiteSpec,
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
