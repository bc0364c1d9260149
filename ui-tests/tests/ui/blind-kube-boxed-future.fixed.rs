use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::{future::Future, pin::Pin, sync::Arc};

type ReconcileFuture<'a> = Pin<Box<dyn Future<Output = kooper::Result<Requeue>> + Send + 'a>>;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result<Requeue> {
        Box::pin(async move {
            println!("{}: {:?}", ctx.key(), pod.status);
            Ok(Requeue::none())
        })
        .await
    }
}

fn main() {
    let _ = kooper::run(Web);
}
