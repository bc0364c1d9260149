use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, retries = Self::MAX_RETRIES, timeout = Self::TIMEOUT)]
impl Web {
    const MAX_RETRIES: u32 = 5;
    const TIMEOUT: Duration = Duration::from_secs(30);

    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} has a spec: {}", ctx.key(), pod.spec.is_some());
        println!("attempt {} of {}", ctx.attempt(), Self::MAX_RETRIES + 1);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
