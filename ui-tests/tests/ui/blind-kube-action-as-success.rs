use k8s_openapi::api::core::v1::Service;
use kooper::{Context, controller};
use kube::runtime::controller::Action;
use std::time::Duration;

struct Web;

#[controller(resource = Service)]
impl Web {
    async fn add(&self, ctx: Context, _service: Service) -> kooper::Result<Action> {
        println!("{} is looked at every five minutes", ctx.key());
        Ok(Action::requeue(Duration::from_secs(300)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
