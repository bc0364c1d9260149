use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use kube::runtime::controller::Action;
use std::{sync::Arc, time::Duration};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result<Action> {
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
        println!("{} is {phase:?}", ctx.key());
        Ok(Action::requeue(Duration::from_secs(300)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
