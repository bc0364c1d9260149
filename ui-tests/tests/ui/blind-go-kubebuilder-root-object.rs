use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kooper::{Context, controller};

#[derive(Clone, Debug, Default)]
struct WebsiteSpec {
    replicas: i32,
}

// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
#[derive(Clone, Debug, Default)]
struct Website {
    metadata: ObjectMeta,
    spec: WebsiteSpec,
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
