use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::time::Duration;

struct Web;

#[controller(
    resource = Pod,
    retries = 5,
    timeout = "30s",
)]
impl Web {
    const SECOND: Duration = Duration::from_secs(1);

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        tokio::time::sleep(Self::SECOND).await;
        println!("{} done", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
