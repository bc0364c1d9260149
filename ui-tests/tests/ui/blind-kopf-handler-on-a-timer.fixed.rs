use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, resync = "1m")]
impl Web {
    #[handler(timeout = "10s", retries = 1)]
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} was seen", ctx.key());
        Ok(())
    }

    async fn every_minute(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
