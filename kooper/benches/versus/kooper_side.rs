//! Kooper's side: a handler of pods with the defaults of the attribute, but for the resync.

use crate::tally::Tally;
use k8s_openapi::api::core::v1::Pod;
use kooper::{Controller, controller};
use kube::Client;
use std::{convert::Infallible, sync::Arc};

struct Counter(Arc<Tally>);

#[controller(resource = Pod, resync = "never")]
impl Counter {
    async fn add(&self, pod: Pod) -> Result<(), Infallible> {
        self.0.count(&pod);
        Ok(())
    }
}

/// Runs without end.
pub(crate) async fn run(client: Client, tally: Arc<Tally>) {
    let ended = Controller::new(Counter(tally)).client(client).run().await;
    eprintln!("the controller has ended: {ended:?}");
}
