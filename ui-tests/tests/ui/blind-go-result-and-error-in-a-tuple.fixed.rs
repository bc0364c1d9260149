use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> Result<Requeue, kooper::Error> {
        if pod.status.is_none() {
            return Err(kooper::Error::msg("no status"));
        }
        println!("{} has a status", ctx.key());
        Ok(Requeue::after(Duration::from_secs(30)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
