//! The peer: kube-rs' `Controller`, as its documentation shows it, over the same objects.

use crate::{
    handler::{Kind, Reading},
    tally::Tally,
};
use futures_util::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client, Resource,
    core::PartialObjectMeta,
    runtime::{Controller, controller::Action, watcher},
};
use serde::de::DeserializeOwned;
use std::{fmt::Debug, future, sync::Arc, time::Duration};

/// What the reconcilers share.
struct Context<K> {
    tally: Arc<Tally>,
    read: fn(&K) -> Option<Reading>,
}

/// Runs without end.
pub(crate) async fn run(kind: Kind, client: Client, tally: Arc<Tally>) {
    match kind {
        Kind::Pod => control::<Pod>(client, Context { tally, read: Reading::of_pod }).await,
        // It asks the server for the metadata alone: so does kube-rs with this type.
        Kind::Metadata => {
            control::<PartialObjectMeta<Pod>>(client, Context { tally, read: Reading::of_metadata }).await;
        }
    }
}

async fn control<K>(client: Client, context: Context<K>)
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Clone + Debug + Send + Sync + 'static,
{
    // Its pages are 500 objects by default; written out, since both sides must ask for the same.
    let config = watcher::Config::default().page_size(500);
    Controller::new(Api::<K>::all(client), config)
        .run(reconcile, error_policy, Arc::new(context))
        .for_each(|_| future::ready(()))
        .await;
}

async fn reconcile<K>(object: Arc<K>, context: Arc<Context<K>>) -> Result<Action, kube::Error> {
    context.tally.count((context.read)(&object));
    Ok(Action::await_change())
}

fn error_policy<K>(_: Arc<K>, _: &kube::Error, _: Arc<Context<K>>) -> Action {
    Action::requeue(Duration::from_secs(1))
}
