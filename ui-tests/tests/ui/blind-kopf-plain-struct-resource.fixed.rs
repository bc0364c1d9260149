use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kooper::controller;

#[derive(kube::CustomResource, Clone, Debug, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[kube(group = "example.com", version = "v1", kind = "WebApp", namespaced)]
struct WebAppSpec {
    replicas: u32,
}

struct Web;

#[controller(resource = WebApp, resync = "10m")]
impl Web {
    async fn add(&self, app: WebApp) -> kooper::Result {
        println!("{:?} wants {} replicas", app.metadata.name, app.spec.replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
