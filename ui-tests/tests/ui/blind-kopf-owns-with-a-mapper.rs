use k8s_openapi::api::{apps::v1::Deployment, core::v1::ConfigMap};
use kooper::{ObjectKey, controller};

struct Web;

#[controller(resource = Deployment, owns(ConfigMap, map = Self::owner_of))]
impl Web {
    fn owner_of(config: &ConfigMap) -> Vec<ObjectKey> {
        vec![ObjectKey::of(config)]
    }

    async fn add(&self, deployment: Deployment) -> kooper::Result {
        println!("{:?} has its config map", deployment.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
