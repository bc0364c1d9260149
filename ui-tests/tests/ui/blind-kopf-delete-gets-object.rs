use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap)]
impl Web {
    async fn add(&self, _ctx: Context, config: ConfigMap) -> kooper::Result {
        println!("{:?} is there", config.metadata.name);
        Ok(())
    }

    async fn delete(&self, _ctx: Context, config: ConfigMap) -> kooper::Result {
        println!("{:?} is gone", config.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
