use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, OnError, controller};
use std::sync::Arc;
use tracing::warn;

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the pod is not scheduled yet")]
    Unscheduled,
}

struct Web;

#[controller(resource = Pod, on_error = Self::error_policy)]
impl Web {
    async fn add(&self, _ctx: Context, pod: Arc<Pod>) -> Result<(), Error> {
        match pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()) {
            Some(_) => Ok(()),
            None => Err(Error::Unscheduled),
        }
    }

    fn error_policy(pod: Arc<Pod>, err: &Error, ctx: &Context) -> OnError {
        warn!(name = ?pod.metadata.name, attempt = ctx.attempt(), "reconcile failed: {err}");
        todo!("which of these to give up")
    }
}

fn main() {
    let _ = kooper::run(Web);
}
