use k8s_openapi::api::core::v1::Secret;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Secret, labels = "kind=certificate", timeout = "30s")]
impl Web {
    async fn add(&self, ctx: Context, secret: Secret) -> kooper::Result {
        println!("{} has {} keys", ctx.key(), secret.data.unwrap_or_default().len());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
