use k8s_openapi::api::core::v1::Secret;
use kooper::{ObjectKey, controller};

struct Web;

#[controller(resource = Secret, labels = "app=web")]
impl Web {
    #[handler(retries = 5)]
    async fn add(&self, secret: Secret) -> kooper::Result {
        println!("{:?} is there", secret.metadata.name);
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
