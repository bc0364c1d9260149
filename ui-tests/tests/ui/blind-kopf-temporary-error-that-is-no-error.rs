use k8s_openapi::api::core::v1::Pod;
use kooper::controller;
use std::fmt;

#[derive(Debug)]
struct TemporaryError {
    message: String,
}

impl fmt::Display for TemporaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

struct Web;

#[controller(resource = Pod, backoff = "30s")]
impl Web {
    async fn add(&self, pod: Pod) -> Result<(), TemporaryError> {
        if pod.status.is_none() {
            return Err(TemporaryError { message: "the pod has no status yet".to_string() });
        }
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
