use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kooper::{Context, controller};
use std::{borrow::Cow, sync::Arc};

#[derive(Clone, Debug, k8s_openapi::serde::Deserialize)]
#[serde(crate = "k8s_openapi::serde")]
struct Website {
    metadata: ObjectMeta,
    url: String,
}

#[rustfmt::skip]
impl kube::Resource for Website {
    type DynamicType = ();
    type Scope = kube::core::NamespaceResourceScope;
    fn kind(_: &()) -> Cow<'_, str> { "Website".into() }
    fn group(_: &()) -> Cow<'_, str> { "example.com".into() }
    fn version(_: &()) -> Cow<'_, str> { "v1".into() }
    fn plural(_: &()) -> Cow<'_, str> { "websites".into() }
    fn meta(&self) -> &ObjectMeta { &self.metadata }
    fn meta_mut(&mut self) -> &mut ObjectMeta { &mut self.metadata }
}

struct Websites;

#[controller(resource = Website)]
impl Websites {
    async fn add(&self, ctx: Context, site: Arc<Website>) -> kooper::Result {
        println!("{} is at {}", ctx.key(), site.url);
        Ok(())
    }
}

fn main() { let _ = kooper::run(Websites); }
