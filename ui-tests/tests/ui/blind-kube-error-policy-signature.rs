use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, OnError, Requeue, controller};
use std::{sync::Arc, time::Duration};

struct Web;

#[derive(Debug, thiserror::Error)]
#[error("{0} has no status")]
struct WebError(String);

#[controller(resource = Pod, on_error = Self::error_policy)]
impl Web {
    fn error_policy(_pod: Arc<Pod>, error: &WebError, _ctx: Arc<Context>) -> OnError {
        println!("reconcile failed: {error}");
        OnError::RetryAfter(Duration::from_secs(5))
    }

    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> Result<Requeue, WebError> {
        pod.status.as_ref().ok_or_else(|| WebError(ctx.key().to_string()))?;
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
