use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, resync = Self::INTERVAL)]
impl Web {
    const INTERVAL: f64 = 60.0;

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} by {}", ctx.key(), ctx.trigger());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
