//! A controller whose attribute sets what Kooper would choose otherwise, and whose flags change that again: a setter wins
//! over the attribute. It needs a cluster, as `pod-printer` does.

use clap::Parser;
use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, ObjectKey, controller};
use std::time::Duration;

struct PodTeller;

#[controller(resource = Pod, name = "config-custom-controller", retries = 5, resync = "45s", workers = 1)]
impl PodTeller {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("pod added: {} (attempt {}, because of a {})", ctx.key(), ctx.attempt(), ctx.trigger());
        Ok(())
    }

    async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
        println!("pod deleted: {key}");
        Ok(())
    }
}

/// Tells of every pod that is added and deleted.
#[derive(Parser)]
struct Flags {
    /// Only the pods of this namespace [default: of all]
    #[arg(long)]
    namespace: Option<String>,
    /// How often a failed pod is tried again [default: 5]
    #[arg(long)]
    retries: Option<u32>,
    /// How many pods are handled at a time [default: 1]
    #[arg(long)]
    workers: Option<u32>,
    /// Seconds from one resync to the next, 0 for none [default: 45]
    #[arg(long, value_name = "SECONDS")]
    resync: Option<u64>,
}

#[tokio::main]
async fn main() -> kooper::Result {
    let flags = Flags::parse();
    let _telemetry = kooper::telemetry::init("config-custom-controller")?;

    let mut controller = Controller::new(PodTeller);
    if let Some(namespace) = flags.namespace {
        controller = controller.namespaces(namespace);
    }
    if let Some(retries) = flags.retries {
        controller = controller.retries(retries);
    }
    if let Some(workers) = flags.workers {
        controller = controller.workers(workers);
    }
    if let Some(seconds) = flags.resync {
        controller = controller.resync((seconds > 0).then(|| Duration::from_secs(seconds)));
    }
    controller.run().await
}
