//! The peer: kube-rs' `Controller`, as its documentation shows it, over the same objects.

use crate::tally::Tally;
use futures_util::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client,
    runtime::{Controller, controller::Action, watcher},
};
use std::{future, sync::Arc, time::Duration};

/// Runs without end.
pub(crate) async fn run(client: Client, tally: Arc<Tally>) {
    // Its pages are 500 objects by default; written out, since both sides must ask for the same.
    let config = watcher::Config::default().page_size(500);
    Controller::new(Api::<Pod>::all(client), config)
        .run(reconcile, error_policy, tally)
        .for_each(|_| future::ready(()))
        .await;
}

async fn reconcile(pod: Arc<Pod>, tally: Arc<Tally>) -> Result<Action, kube::Error> {
    tally.count(&pod);
    Ok(Action::await_change())
}

fn error_policy(_: Arc<Pod>, _: &kube::Error, _: Arc<Tally>) -> Action {
    Action::requeue(Duration::from_secs(1))
}
