use k8s_openapi::api::core::v1::{Namespace, Secret};
use kooper::{Context, Requeue, controller};
use std::{sync::Arc, time::Duration};

struct Web;

#[controller(
    resource = Namespace,
    labels = "team=web",
    finalizer = "web.example.com/accounts",
    owns(Secret, labels = "kind=account"),
    workers = 10,
)]
impl Web {
    async fn add(&self, namespace: Arc<Namespace>) -> kooper::Result {
        println!("an account for {:?}", namespace.metadata.name);
        Ok(())
    }

    #[handler(backoff = "10s", span(fields(key = %ctx.key())))]
    async fn finalize(&self, ctx: Context, key: Arc<Namespace>) -> kooper::Result<Requeue> {
        println!("close the account of {}", key.metadata.name.as_deref().unwrap_or_default());
        Ok(if ctx.attempt() > 1 { Requeue::none() } else { Requeue::after(Duration::from_secs(30)) })
    }
}

fn main() {
    let _ = kooper::run(Web);
}
