use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, namespace = "prod")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> (Requeue, Option<kooper::Error>) {
        let phase = pod.status.and_then(|status| status.phase);
        println!("{} is {phase:?}", ctx.key());
        if phase.as_deref() != Some("Running") {
            return (Requeue::after(Duration::from_secs(30)), None);
        }
        (Requeue::none(), None)
    }
}

fn main() {
    let _ = kooper::run(Web);
}
