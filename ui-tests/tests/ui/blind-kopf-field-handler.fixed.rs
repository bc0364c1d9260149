use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

/// Called when the phase of a pod changes.
#[controller(resource = Pod, fields = "status.phase=value")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is now {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
