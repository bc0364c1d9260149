use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    #[handler(add, timeout = "30s", backoff = "1m")]
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} is there", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
