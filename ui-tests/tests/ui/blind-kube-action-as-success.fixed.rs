use k8s_openapi::api::core::v1::Service;
use kooper::{Context, Requeue, controller};
use kube::runtime::controller::Action;
use std::time::Duration;

struct Web;

#[controller(resource = Service)]
impl Web {
    async fn add(&self, ctx: Context, _service: Service) -> kooper::Result<Requeue> {
        println!("{} is looked at every five minutes", ctx.key());
        Ok(Requeue::after(Duration::from_secs(300)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
