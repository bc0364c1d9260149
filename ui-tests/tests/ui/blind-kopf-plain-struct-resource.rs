use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kooper::controller;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
struct WebApp {
    metadata: ObjectMeta,
    spec: WebAppSpec,
}

#[derive(Clone, Debug, Deserialize)]
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
