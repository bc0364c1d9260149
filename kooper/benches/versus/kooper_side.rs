//! Kooper's side: handlers with the defaults of the attribute, but for the resync.

use crate::{
    handler::{Kind, Reading},
    tally::Tally,
};
use k8s_openapi::{api::core::v1::Pod, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use kooper::{Controller, Runnable, controller};
use kube::{
    Client,
    core::{NamespaceResourceScope, PartialObjectMeta},
};
use serde::Deserialize;
use std::{
    borrow::Cow,
    convert::Infallible,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

struct Pods(Arc<Tally>);

#[controller(resource = Pod, resync = "never")]
impl Pods {
    async fn add(&self, pod: Pod) -> Result<(), Infallible> {
        self.0.count(Reading::of_pod(&pod));
        Ok(())
    }
}

struct Metadata(Arc<Tally>);

#[controller(resource = PartialObjectMeta<Pod>, resync = "never")]
impl Metadata {
    async fn add(&self, pod: PartialObjectMeta<Pod>) -> Result<(), Infallible> {
        self.0.count(Reading::of_metadata(&pod));
        Ok(())
    }
}

/// A pod of which nothing is read: what is left is what Kooper does around a handler.
#[derive(Deserialize)]
struct Unread {}

impl kube::Resource for Unread {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        Pod::kind(&())
    }

    fn group((): &()) -> Cow<'_, str> {
        Pod::group(&())
    }

    fn version((): &()) -> Cow<'_, str> {
        Pod::version(&())
    }

    fn plural((): &()) -> Cow<'_, str> {
        Pod::plural(&())
    }

    fn meta(&self) -> &ObjectMeta {
        static NONE: LazyLock<ObjectMeta> = LazyLock::new(ObjectMeta::default);
        &NONE
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        unreachable!("nobody writes to it")
    }
}

struct Count {
    left: Arc<AtomicUsize>,
    all: Arc<Notify>,
}

#[controller(resource = Unread, resync = "never")]
impl Count {
    async fn add(&self, _pod: Unread) -> Result<(), Infallible> {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.all.notify_one();
        }
        Ok(())
    }
}

/// Runs until a handler that reads nothing has been given so many pods.
pub(crate) async fn run_unread(client: Client, count: usize) {
    let all = Arc::new(Notify::new());
    let handler = Count { left: Arc::new(AtomicUsize::new(count)), all: Arc::clone(&all) };
    tokio::spawn(control(handler, client));
    all.notified().await;
}

/// Runs without end.
pub(crate) async fn run(kind: Kind, client: Client, tally: Arc<Tally>) {
    match kind {
        Kind::Pod => control(Pods(tally), client).await,
        Kind::Metadata => control(Metadata(tally), client).await,
    }
}

async fn control(handler: impl Runnable, client: Client) {
    let ended = Controller::new(handler).client(client).run().await;
    eprintln!("the controller has ended: {ended:?}");
}
