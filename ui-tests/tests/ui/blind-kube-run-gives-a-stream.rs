use futures_util::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

async fn start() -> kooper::Result {
    kooper::run(Web)
        .for_each(|result| async move {
            match result {
                Ok(object) => tracing::info!("reconciled {object:?}"),
                Err(error) => tracing::warn!("reconcile failed: {error}"),
            }
        })
        .await;
    Ok(())
}

fn main() {
    drop(start());
}
