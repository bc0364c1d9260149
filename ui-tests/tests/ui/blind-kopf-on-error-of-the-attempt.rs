use k8s_openapi::api::core::v1::Pod;
use kooper::{OnError, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, retries = 8, on_error = Self::on_error)]
impl Web {
    fn on_error(_error: &kooper::Error, retry: u32) -> OnError {
        if retry > 3 { OnError::RetryAfter(Duration::from_secs(60)) } else { OnError::Retry }
    }

    async fn add(&self, pod: Pod) -> kooper::Result {
        pod.spec.map(|_| ()).ok_or_else(|| kooper::Error::msg("no spec"))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
