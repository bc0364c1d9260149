use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::controller;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

struct Settings;

#[controller(resource = ConfigMap)]
impl Settings {
    async fn add(&self, map: ConfigMap) -> kooper::Result {
        println!("{:?}", map.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run((Web, Settings));
}
