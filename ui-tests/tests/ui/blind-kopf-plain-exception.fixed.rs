use k8s_openapi::api::core::v1::Service;
use kooper::controller;

struct Web;

#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct TemporaryError {
    message: String,
}

#[controller(resource = Service)]
impl Web {
    async fn add(&self, service: Service) -> Result<(), TemporaryError> {
        let Some(spec) = service.spec else {
            return Err(TemporaryError { message: "no spec yet".to_owned() });
        };
        println!("{:?}", spec.cluster_ip);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
