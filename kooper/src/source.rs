//! Sources: objects of other kinds whose changes have an object of the controller handled.
//!
//! Each source has streams with a backoff of their own, a store and a queue, so that what is found out here is what is found
//! out of the controller's resource. A mapper takes its keys one by one: of two changes of one object the newer is mapped
//! last, and both the keys that it leads to and those that it led to before are handled.

use crate::{
    Encoding, Handler, Names, ObjectKey, Retriever, Trigger,
    handler::Resource,
    queue::{Handout, Queue, Settlement, WorkQueue},
    store::{Change, Job, Store},
    trace::Link,
    wire::Object,
    worker::{Workers, caught},
};
use kube::core::PartialObjectMeta;
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    collections::HashMap,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

/// Objects of a kind that is not the controller's own: all of them, or some.
///
/// Unless namespaces are given, those of the controller are watched.
///
/// ```
/// use k8s_openapi::api::core::v1::Secret;
/// use kooper::Source;
///
/// let _ = Source::<Secret>::new().labels("kind=credentials");
/// ```
#[must_use = "a source is watched only by the controller that is given it"]
pub struct Source<R> {
    retriever: Retriever,
    of: PhantomData<fn() -> R>,
}

impl<R: Resource> Default for Source<R> {
    fn default() -> Self {
        Self { retriever: Retriever::of::<R>().resync(None), of: PhantomData }
    }
}

impl<R: Resource> Source<R> {
    /// All objects of the kind, in the controller's namespaces.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only the objects in these namespaces; in the controller's own unless set. Takes one name or several.
    pub fn namespaces(mut self, namespaces: impl Names) -> Self {
        self.retriever = self.retriever.namespaces(namespaces);
        self
    }

    /// Only the objects with these labels, in the syntax of `kubectl get -l`; whatever their labels unless set.
    pub fn labels(mut self, selector: impl Into<String>) -> Self {
        self.retriever = self.retriever.labels(selector);
        self
    }

    /// Only the objects with these field values, in the syntax of `kubectl get --field-selector`; whatever their fields unless set.
    pub fn fields(mut self, selector: impl Into<String>) -> Self {
        self.retriever = self.retriever.fields(selector);
        self
    }

    /// As objects that the controller's own are the owners of.
    pub(crate) fn owned<H: Handler>(self) -> Origin<H> {
        let retriever = Retriever { metadata_only: true, ..self.retriever };
        let map = Box::new(|_: &H, owned: &Object, owners: &Retriever| owners_of(owned, owners));
        Origin { retriever, map, trigger: Trigger::Owned, encoding: encoding::<PartialObjectMeta<R::Object>> }
    }

    /// As objects that a function leads from to those of the controller.
    pub(crate) fn mapped<H: Handler, By>(self, map: impl MapHook<H, R, By>) -> Origin<H> {
        let map = Box::new(move |handler: &H, object: &Object, _: &Retriever| {
            let decoded: R::Object = object.body.decode().map_err(|error| crate::error::chain(&error))?;
            Ok(map.keys(handler, &decoded.into()))
        });
        Origin { retriever: self.retriever, map, trigger: Trigger::Related, encoding: encoding::<R::Object> }
    }
}

/// What is a source of objects: a [`Source`], and nothing else.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is not a source of objects",
    label = "expected a `Source`",
    note = "a kind is watched by a source: write `kooper::Source::<ConfigMap>::new()` for a `ConfigMap`, and `.labels(\"app=web\")` behind it for some"
)]
pub trait IsSource {
    /// The kind of its objects.
    type Of: Resource;
    /// The source.
    fn source(self) -> Source<Self::Of>;
}
impl<R: Resource> IsSource for Source<R> {
    type Of = R;
    fn source(self) -> Self {
        self
    }
}

/// A source without its type.
pub(crate) struct Origin<H> {
    pub(crate) retriever: Retriever,
    map: Box<Map<H>>,
    trigger: Trigger,
    /// Which encoding its type can be read from.
    encoding: fn(Encoding, &str, &Retriever) -> Encoding,
}

type Map<H> = dyn Fn(&H, &Object, &Retriever) -> Result<Vec<ObjectKey>, String> + Send + Sync;

fn encoding<T: DeserializeOwned>(wanted: Encoding, controller: &str, of: &Retriever) -> Encoding {
    let (api_version, kind) = of.sent();
    wanted.for_type::<T>(of.table, controller, api_version, kind)
}

impl<H> Origin<H> {
    /// What is retrieved beside `own`, the controller's resource.
    pub(crate) fn beside(&self, own: &Retriever, controller: &str) -> Retriever {
        let mut what = self.retriever.clone();
        if what.namespaces.is_empty() && what.namespaced {
            what.namespaces.clone_from(&own.namespaces);
        }
        what.streaming = own.streaming && !what.metadata_only;
        what.limits = own.limits;
        what.table = own.table;
        // Their own traces end here: what is handled is another object.
        what.limits.annotation = None;
        what.encoding = (self.encoding)(own.encoding, controller, &what);
        what
    }
}

/// The keys of the controller's objects that a reference calls the controlling owner.
fn owners_of(owned: &Object, owners: &Retriever) -> Result<Vec<ObjectKey>, String> {
    #[derive(Deserialize)]
    struct Owned {
        metadata: References,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct References {
        #[serde(default)]
        owner_references: Vec<Reference>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Reference {
        api_version: String,
        kind: String,
        name: String,
        controller: Option<bool>,
    }
    let Owned { metadata } = owned.body.decode().map_err(|error| crate::error::chain(&error))?;
    let of = &owners.resource;
    let is_owner = |reference: &Reference| {
        // A version is no part of what an object is.
        let group = reference.api_version.split_once('/').map_or("", |(group, _)| group);
        reference.controller == Some(true) && reference.kind == of.kind && group == of.group
    };
    let namespace = owned.meta.key.namespace().filter(|_| owners.namespaced);
    let keys = metadata.owner_references.iter().filter(|reference| is_owner(reference));
    Ok(keys.map(|owner| ObjectKey::new(namespace, &owner.name)).collect())
}

/// What can lead from an object of another kind, `R`, to the keys of those to handle.
#[diagnostic::on_unimplemented(
    message = "this function cannot map a `{R}` to keys",
    label = "expected `fn(&{R}) -> Vec<ObjectKey>`",
    note = "an `Option<ObjectKey>` will do as well, and whatever gives keys and does not borrow from the object; a key is `ObjectKey::namespaced(namespace, name)`",
    note = "it is not `async`; the controller's `&self` may be its first parameter, and the keys are those of the controller's own objects"
)]
pub trait MapHook<H, R, By>: Send + Sync + 'static {
    /// The keys of the objects to handle.
    fn keys(&self, handler: &H, object: &R) -> Vec<ObjectKey>;
}
#[diagnostic::do_not_recommend]
impl<H, R, K, F> MapHook<H, R, (R, K)> for F
where
    F: Fn(&R) -> K + Send + Sync + 'static,
    K: IntoIterator<Item = ObjectKey>,
{
    fn keys(&self, _: &H, object: &R) -> Vec<ObjectKey> {
        self(object).into_iter().collect()
    }
}
#[diagnostic::do_not_recommend]
impl<H, R, K, F> MapHook<H, R, (H, R, K)> for F
where
    F: Fn(&H, &R) -> K + Send + Sync + 'static,
    K: IntoIterator<Item = ObjectKey>,
{
    fn keys(&self, handler: &H, object: &R) -> Vec<ObjectKey> {
        self(handler, object).into_iter().collect()
    }
}

/// Takes what a source's streams have told of to the controller's queue.
pub(crate) struct Mapper<H: Handler> {
    pub(crate) workers: Arc<Workers<H>>,
    /// Which of the hooks' sources.
    pub(crate) source: usize,
    /// The controller's own resource.
    pub(crate) own: Arc<Retriever>,
    pub(crate) store: Arc<Store>,
    pub(crate) queue: Arc<WorkQueue>,
    /// Where each object led to when it was last mapped.
    pub(crate) mapped: Mutex<HashMap<ObjectKey, Vec<ObjectKey>>>,
}

impl<H: Handler + Send + Sync + 'static> Mapper<H> {
    pub(crate) fn new(workers: Arc<Workers<H>>, source: usize, own: Arc<Retriever>) -> Self {
        let queue = Arc::new(WorkQueue::new(Queue::new()));
        Self { workers, source, own, store: Arc::default(), queue, mapped: Mutex::default() }
    }

    /// Maps one object after another, for as long as it is polled.
    pub(crate) async fn run(self: Arc<Self>) {
        while let Some(handout) = self.queue.take().await {
            self.process(&handout);
            // Many in a row are no reason to keep a thread from others.
            tokio::task::yield_now().await;
        }
    }

    fn process(&self, handout: &Handout) {
        if let Some(job) = self.store.take(&handout.key) {
            self.map(handout, &job);
            if matches!(job, Job::Delete { .. }) && self.store.bury(&handout.key) {
                self.queue.changed(Change { key: handout.key.clone(), trigger: Trigger::Watch, spec: true });
            }
        }
        self.queue.settle(handout.slot, &Settlement::Done, Link::default());
    }

    fn map(&self, handout: &Handout, job: &Job) {
        let origin = &self.workers.hooks.sources[self.source];
        let (object, gone) = match job {
            Job::Add { object, .. } => (object, false),
            Job::Delete { last, .. } => (last, true),
        };
        let map = || (origin.map)(&self.workers.handler, object, &self.own);
        let keys = caught(map)
            .unwrap_or_else(|panic| Err(format!("`map` panicked: {}", panic.message())))
            .unwrap_or_else(|error| {
                let (controller, key) = (&*self.workers.controller, &handout.key);
                let kind = &*origin.retriever.resource.kind;
                tracing::warn!(controller, kind, %key, error, "no keys can be found for this object until it changes");
                Vec::new()
            });
        let mut mapped = self.mapped.lock().unwrap_or_else(PoisonError::into_inner);
        let before = if gone || keys.is_empty() {
            mapped.remove(&handout.key)
        } else {
            mapped.insert(handout.key.clone(), keys.clone())
        };
        drop(mapped);
        let before = before.unwrap_or_default();
        let left = before.into_iter().filter(|key| !keys.contains(key)).collect::<Vec<_>>();
        for key in keys.into_iter().chain(left) {
            self.workers.queue.related(key, origin.trigger, handout.trigger == Trigger::Watch);
        }
    }
}
