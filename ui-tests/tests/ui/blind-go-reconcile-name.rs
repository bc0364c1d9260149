use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn reconcile(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let phase = pod.status.and_then(|status| status.phase);
        println!("{} is {:?}", ctx.key(), phase);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
