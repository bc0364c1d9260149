use k8s_openapi::api::core::v1::Secret;
use kooper::controller;
use std::time::Duration;

struct Web;

#[controller(resource = Secret, labels = "kind=certificate", timeout = "10s", finalizer = "example.com/certificate")]
impl Web {
    async fn add(&self, secret: Secret) -> kooper::Result {
        println!("{:?} is valid", secret.metadata.name);
        Ok(())
    }

    #[handler(retries = u32::MAX, timeout = "1m")]
    async fn finalize(&self, secret: Secret) -> kooper::Result {
        println!("revoke {:?}", secret.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
