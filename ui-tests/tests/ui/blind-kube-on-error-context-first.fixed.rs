use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, OnError, controller};
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
#[error("{0} has no node yet")]
struct Error(String);

struct Web;

#[controller(resource = Pod, on_error = Self::on_error)]
impl Web {
    fn on_error(error: &Error, ctx: &Context) -> OnError {
        println!("{}: {error}", ctx.key());
        OnError::RetryAfter(Duration::from_secs(30))
    }

    async fn add(&self, ctx: Context, pod: Pod) -> Result<(), Error> {
        match pod.spec.and_then(|spec| spec.node_name) {
            Some(_) => Ok(()),
            None => Err(Error(ctx.key().to_string())),
        }
    }
}

fn main() {
    let _ = kooper::run(Web);
}
