use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, resync = Self::INTERVAL)]
impl Web {
    const INTERVAL: std::time::Duration = Duration::from_secs(60);

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} by {}", ctx.key(), ctx.trigger());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
