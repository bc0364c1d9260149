use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, retries = 10, backoff(initial = "10s", max = "5m", jitter = 0.1))]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} in attempt {}", ctx.key(), ctx.attempt());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
