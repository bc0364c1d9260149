use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, Result, controller};

struct Web;

#[controller(resource = Deployment)]
impl Web {
    async fn add(&self, _: Context, _: Deployment) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
