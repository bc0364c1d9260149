use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Permanent, controller};

struct Web;

#[controller(resource = Pod, retries = 5)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        if pod.spec.is_none() {
            return Err(Permanent(format!("{} has no spec", ctx.key())).into());
        }
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
