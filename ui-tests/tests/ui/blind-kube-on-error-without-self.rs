use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, OnError, controller};
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
#[error("the pod has no address yet")]
struct NoAddress;

struct Web;

#[controller(resource = Pod, on_error = on_error)]
impl Web {
    fn on_error(error: &NoAddress, ctx: &Context) -> OnError {
        println!("{}: {error}", ctx.key());
        OnError::RetryAfter(Duration::from_secs(5))
    }

    async fn add(&self, pod: Pod) -> Result<(), NoAddress> {
        let address = pod.status.and_then(|status| status.pod_ip).ok_or(NoAddress)?;
        println!("{address}");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
