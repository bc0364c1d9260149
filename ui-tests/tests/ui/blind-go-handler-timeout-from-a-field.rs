use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::time::Duration;

struct Web {
    timeout: Duration,
}

#[controller(resource = Pod)]
impl Web {
    #[handler(timeout = self.timeout)]
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { timeout: Duration::from_secs(120) });
}
