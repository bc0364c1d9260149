use k8s_openapi::{
    Metadata, NamespaceResourceScope, Resource, apimachinery::pkg::apis::meta::v1::ObjectMeta,
    serde::Deserialize,
};
use kooper::{Context, controller};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(crate = "k8s_openapi::serde")]
struct WebsiteSpec {
    replicas: i32,
}

// What `kube::CustomResource` derives, written out, since the derive is no dependency here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(crate = "k8s_openapi::serde")]
struct Website {
    metadata: ObjectMeta,
    spec: WebsiteSpec,
}

impl Resource for Website {
    const API_VERSION: &'static str = "example.com/v1";
    const GROUP: &'static str = "example.com";
    const KIND: &'static str = "Website";
    const VERSION: &'static str = "v1";
    const URL_PATH_SEGMENT: &'static str = "websites";
    type Scope = NamespaceResourceScope;
}

impl Metadata for Website {
    type Ty = ObjectMeta;

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

struct Websites;

#[controller(resource = Website)]
impl Websites {
    async fn add(&self, ctx: Context, site: Website) -> kooper::Result {
        println!("{} ({:?}) wants {}", ctx.key(), site.metadata.uid, site.spec.replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Websites);
}
