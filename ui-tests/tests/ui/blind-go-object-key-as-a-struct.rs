use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{ObjectKey, controller};

struct Web;

#[controller(resource = ConfigMap, watches(Secret, map = Self::config_of))]
impl Web {
    fn config_of(secret: &Secret) -> Vec<ObjectKey> {
        let namespace = secret.metadata.namespace.clone().unwrap_or_default();
        vec![ObjectKey { namespace, name: "web".to_owned() }]
    }

    async fn add(&self, config: ConfigMap) -> kooper::Result {
        println!("{:?}", config.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
