use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, OnError, Requeue, controller};
use std::time::Duration;

struct Web;

#[derive(Debug, thiserror::Error)]
enum WebError {
    #[error("the pod has no node yet")]
    NoNode,
}

#[controller(resource = Pod, labels = "app=web", on_error = Self::on_error, retries = 10)]
impl Web {
    fn on_error(error: &kooper::Error, ctx: &Context) -> OnError {
        println!("{}: {error}", ctx.key());
        OnError::RetryAfter(Duration::from_secs(15))
    }

    async fn add(&self, pod: Pod) -> Result<Requeue, WebError> {
        let node = pod.spec.and_then(|spec| spec.node_name).ok_or(WebError::NoNode)?;
        println!("it is on {node}");
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
