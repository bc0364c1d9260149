//! The peer: kube-rs' `Controller`, as its documentation shows it, with a handler that writes down what Kooper's does.

use futures_util::StreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kooper::Trigger;
use kooper_tests::{Ledger, Run, Running};
use kube::{
    Api, Client,
    runtime::{Controller, controller::Action, watcher},
};
use std::{
    collections::BTreeSet,
    future,
    sync::{Arc, Mutex},
    time::Duration,
};

struct Book {
    ledger: Arc<Ledger>,
    failed: Mutex<BTreeSet<String>>,
}

#[derive(Debug, thiserror::Error)]
#[error("wanted")]
struct Wanted;

/// Starts it.
pub(crate) fn start(client: Client, ledger: Arc<Ledger>) -> Running {
    let book = Arc::new(Book { ledger, failed: Mutex::default() });
    Running::beside(async {
        Controller::new(Api::<ConfigMap>::all(client), watcher::Config::default())
            .run(reconcile, |_, _, _| Action::requeue(Duration::from_secs(2)), book)
            .for_each(|_| future::ready(()))
            .await;
    })
}

/// Takes 5 ms, and fails at the first attempt for each fifth state, as [`kooper_tests::Bookkeeper`] does.
async fn reconcile(map: Arc<ConfigMap>, book: Arc<Book>) -> Result<Action, Wanted> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let version = text(&map.metadata.resource_version);
    let number: u64 = version.parse().unwrap_or_default();
    let good = !number.is_multiple_of(5) || !book.failed.lock().expect("no panic").insert(version.clone());
    let run = book.ledger.begin(Run {
        deletes: false,
        key: format!("{}/{}", text(&map.metadata.namespace), text(&map.metadata.name)),
        uid: text(&map.metadata.uid),
        version,
        attempt: 1,
        trigger: Trigger::Watch,
        at: book.ledger.age(),
        good: None,
    });
    tokio::time::sleep(Duration::from_millis(5)).await;
    book.ledger.end(run, good);
    if good { Ok(Action::await_change()) } else { Err(Wanted) }
}
