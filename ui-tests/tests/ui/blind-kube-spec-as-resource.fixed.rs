use k8s_openapi::{
    Metadata, NamespaceResourceScope, Resource, apimachinery::pkg::apis::meta::v1::ObjectMeta,
    serde::Deserialize,
};
use kooper::{Context, controller};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(crate = "k8s_openapi::serde")]
struct SiteSpec {
    host: String,
    replicas: i32,
}

#[derive(Deserialize)]
#[serde(crate = "k8s_openapi::serde")]
struct Site {
    metadata: ObjectMeta,
    spec: SiteSpec,
}

impl Resource for Site {
    const API_VERSION: &'static str = "example.com/v1";
    const GROUP: &'static str = "example.com";
    const KIND: &'static str = "Site";
    const VERSION: &'static str = "v1";
    const URL_PATH_SEGMENT: &'static str = "sites";
    type Scope = NamespaceResourceScope;
}

impl Metadata for Site {
    type Ty = ObjectMeta;

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

struct Web;

#[controller(resource = Site, timeout = "30s")]
impl Web {
    async fn add(&self, ctx: Context, site: Arc<Site>) -> kooper::Result {
        println!("{}: {} by {}", ctx.key(), site.spec.host, site.spec.replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
