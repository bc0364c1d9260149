use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, namespace = "prod")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> Result<Requeue, kooper::Error> {
        let phase = pod.status.and_then(|status| status.phase);
        println!("{} is {phase:?}", ctx.key());
        if phase.as_deref() != Some("Running") {
            return Ok(Requeue::after(Duration::from_secs(30)));
        }
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
