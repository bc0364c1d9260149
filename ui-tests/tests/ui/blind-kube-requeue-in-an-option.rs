use k8s_openapi::api::core::v1::{Pod, Service};
use kooper::{Context, Requeue, controller};
use std::{sync::Arc, time::Duration};

struct Web;

#[controller(resource = Service, owns(Pod), labels = "app=web", finalizer = "example.com/dns")]
impl Web {
    #[handler(span(fields(service = %ctx.key())))]
    async fn add(&self, ctx: Context, service: Arc<Service>) -> kooper::Result<Option<Requeue>> {
        let address = service.spec.as_ref().and_then(|spec| spec.cluster_ip.as_deref());
        if address.is_none() {
            return Ok(Some(Requeue::after(Duration::from_secs(10))));
        }
        println!("{} has {address:?}", ctx.key());
        Ok(None)
    }

    async fn finalize(&self, ctx: Context, _service: Arc<Service>) -> kooper::Result {
        println!("{} leaves the DNS", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
