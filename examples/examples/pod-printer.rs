//! Prints each pod when it changes and when it goes. It needs a cluster: that of your kubeconfig, or the embedded one by
//! `cargo run --example cluster -- cargo run --example pod-printer`.

use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct PodPrinter;

#[controller(resource = Pod, retries = 3)]
impl PodPrinter {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
        Ok(())
    }

    async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        Ok(())
    }
}

#[tokio::main]
async fn main() -> kooper::Result {
    let _telemetry = kooper::telemetry::init("pod-printer")?;
    kooper::run(PodPrinter).await
}
