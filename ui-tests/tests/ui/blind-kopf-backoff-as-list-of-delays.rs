use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, retries = 4, backoff = ["1s", "5s", "30s"])]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}, attempt {}", ctx.key(), ctx.attempt());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
