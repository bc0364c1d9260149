use std::sync::Arc;

use k8s_openapi::api::core::v1::Service;
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = Service,
    retries = 10,
    backoff(initial = "1s", max = "5m"),
)]
impl Web {
    async fn add(&self, ctx: Context, service: Arc<Service>) -> kooper::Result {
        if service.spec.is_none() {
            return Err(kooper::Error::msg("the service has no spec"));
        }
        println!("{} is well", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
