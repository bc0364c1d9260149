use k8s_openapi::api::{apps::v1::Deployment, core::v1::ConfigMap};
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, owns = Deployment)]
impl Web {
    async fn add(&self, ctx: Context, site: ConfigMap) -> kooper::Result {
        println!("{} has {:?}", ctx.key(), site.data);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
