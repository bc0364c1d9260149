use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = ConfigMap,
    labels = "kind=backup",
    retries = 8,
    backoff(initial = "1s", max = "5m", factor = 1.5, jitter = 0.2),
)]
impl Web {
    async fn add(&self, ctx: Context, _backup: ConfigMap) -> kooper::Result {
        if ctx.is_last_attempt() {
            println!("{} is about to be given up", ctx.key());
        }
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
