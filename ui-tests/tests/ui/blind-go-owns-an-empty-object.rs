use k8s_openapi::api::{apps::v1::Deployment, core::v1::ConfigMap};
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Deployment)]
impl Web {
    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result {
        println!("{} wants {:?}", ctx.key(), deployment.spec.replicas);
        Ok(())
    }
}

fn main() {
    let controller = Controller::new(Web).workers(4).owns(&ConfigMap::default());
    let _ = controller.run();
}
