use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> Result<(), Requeue> {
        if pod.status.and_then(|s| s.pod_ip).is_none() {
            return Err(Requeue::after(Duration::from_secs(10)));
        }
        println!("{} has an address", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
