use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        if pod.status.is_none() {
            return Err(Requeue::after(Duration::from_secs(30)).into());
        }
        println!("{} has a status", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
