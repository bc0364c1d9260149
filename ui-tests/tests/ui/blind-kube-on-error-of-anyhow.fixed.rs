use anyhow::Context as _;
use k8s_openapi::api::core::v1::Pod;
use kooper::{OnError, Requeue, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Pod, on_error = Self::on_error)]
impl Web {
    fn on_error(&self, error: &kooper::Error) -> OnError {
        println!("{error:#}");
        OnError::GiveUp
    }

    async fn add(&self, pod: Arc<Pod>) -> anyhow::Result<Requeue> {
        let status = pod.status.as_ref().context("no status")?;
        println!("{:?}", status.phase);
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
