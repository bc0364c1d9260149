use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the store: {0}")]
    Store(#[from] kooper::Error),
    #[error("the pod has no status")]
    NoStatus,
}

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> Result<Requeue, Error> {
        for other in ctx.store().all().await {
            let other: Pod = other.decode()?;
            println!("{:?}", other.metadata.name);
        }
        pod.status.ok_or(Error::NoStatus)?;
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
