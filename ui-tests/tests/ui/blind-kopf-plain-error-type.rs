use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

#[derive(Debug)]
struct NotReady(String);

struct Web;

#[controller(resource = Pod, labels = "app=web", backoff = "15s")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> Result<(), NotReady> {
        if pod.status.and_then(|status| status.phase).as_deref() != Some("Running") {
            return Err(NotReady(ctx.key().to_string()));
        }
        println!("{} is ready", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
