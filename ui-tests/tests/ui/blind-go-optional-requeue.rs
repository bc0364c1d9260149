use k8s_openapi::api::core::v1::Service;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Service, labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, service: Service) -> kooper::Result<Option<Requeue>> {
        if service.spec.and_then(|spec| spec.cluster_ip).is_none() {
            println!("{} has no address yet", ctx.key());
            return Ok(Some(Requeue::after(Duration::from_secs(10))));
        }
        Ok(None)
    }
}

fn main() {
    let _ = kooper::run(Web);
}
