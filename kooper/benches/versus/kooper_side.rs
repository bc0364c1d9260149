//! Kooper's side: a handler of pods with the defaults of the attribute, but for the resync.

use crate::tally::Tally;
use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Backoff, Context, Controller, Handler, Outcome, Queue, Requeue, Retriever, Spec, site, trace::Spans,
};
use kube::Client;
use std::sync::Arc;

struct Counter(Arc<Tally>);

static SPANS: Spans =
    Spans::new(&SPANS, site!("processJob"), site!("handleAddObject"), site!("handleDeleteObject"));

impl Handler for Counter {
    type Resource = Pod;

    fn spec() -> Spec {
        Spec::new(
            "counter",
            Retriever::of::<Pod>(),
            Queue::new().retries(3).backoff(Backoff::default()).workers(3),
        )
    }

    fn spans() -> &'static Spans {
        &SPANS
    }

    async fn on_add(&self, _ctx: Context, pod: Pod) -> Outcome {
        self.0.count(&pod);
        Ok(Requeue::none())
    }
}

/// Runs without end.
pub(crate) async fn run(client: Client, tally: Arc<Tally>) {
    let ended = Controller::new(Counter(tally)).client(client).resync(None).run().await;
    eprintln!("the controller has ended: {ended:?}");
}
