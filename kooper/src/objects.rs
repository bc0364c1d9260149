//! The read side of the store: what the controller knows, for handlers.

use crate::{
    Error, ObjectKey, Result,
    retriever::Health,
    store::{SLICE, Store},
    wire::{Metadata, Object},
};
use kube::core::{Selector, SelectorExt};
use serde::{Deserialize, de::DeserializeOwned};
use std::{collections::BTreeMap, fmt, ops::Bound, sync::Arc};
use tokio::sync::watch;

/// The objects that a controller knows, from [`Context::store`](crate::Context::store).
///
/// Nothing is asked of the API server: this is what the watch has told of, and may be a moment behind. Each read waits until
/// everything has been listed once, and gives handles that are decoded when they are asked to be. A read does not hold up
/// the retriever: it copies handles, not objects, a few hundred at a time. What changes while a long one goes on is seen in its
/// state before or after. It is cancellation safe.
///
/// ```
/// use k8s_openapi::api::core::v1::Pod;
/// use kooper::{Context, controller};
/// use kube::core::Expression;
///
/// struct Neighbours;
///
/// #[controller(resource = Pod)]
/// impl Neighbours {
///     async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
///         let namespace = ctx.key().namespace().unwrap_or_default();
///         for other in ctx.store().in_namespace(namespace).await {
///             let pod: Pod = other.decode()?;
///             println!("{} runs on {:?}", other.key(), pod.spec.and_then(|spec| spec.node_name));
///         }
///         let web = Expression::Equal("app".into(), "web".into()).into();
///         println!("{} pods are labelled app=web", ctx.store().labelled(&web).await.len());
///         Ok(())
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Objects {
    store: Arc<Store>,
    health: watch::Receiver<Health>,
}

impl Objects {
    pub(crate) fn new(store: Arc<Store>, health: watch::Receiver<Health>) -> Self {
        Self { store, health }
    }

    /// The object of a key, if it is known.
    pub async fn get(&self, key: &ObjectKey) -> Option<StoredObject> {
        self.listed().await;
        self.store.get(key).map(StoredObject)
    }

    /// Every object, in the order of their keys.
    pub async fn all(&self) -> Vec<StoredObject> {
        self.select(None).await
    }

    /// Every object in a namespace, in the order of their keys. It looks at no others.
    pub async fn in_namespace(&self, namespace: &str) -> Vec<StoredObject> {
        self.select(Some(namespace)).await
    }

    /// Every object with these labels, in the order of their keys.
    ///
    /// It reads the labels of every object that is known: some microseconds each, on the caller's thread.
    pub async fn labelled(&self, selector: &Selector) -> Vec<StoredObject> {
        let mut labelled = Vec::new();
        for (number, object) in (1..).zip(self.all().await) {
            if selector.matches(&object.labels()) {
                labelled.push(object);
            }
            if number % SLICE == 0 {
                tokio::task::yield_now().await;
            }
        }
        labelled
    }

    async fn select(&self, namespace: Option<&str>) -> Vec<StoredObject> {
        self.listed().await;
        let mut objects = Vec::new();
        // The keys of a namespace stand together, behind this one, which is that of no object.
        let first = namespace.map(|namespace| ObjectKey::namespaced(namespace, ""));
        let mut next = first.as_ref().map_or(Bound::Unbounded, Bound::Included);
        let mut last;
        while let Some(key) = self.store.slice(next, namespace, &mut objects) {
            last = key;
            next = Bound::Excluded(&last);
            // Whoever waits for the store, or for this thread, has a turn.
            tokio::task::yield_now().await;
        }
        objects.into_iter().map(StoredObject).collect()
    }

    async fn listed(&self) {
        // It fails only where the controller is gone, and then what is known is all that will be.
        let _ = self.health.clone().wait_for(Health::is_listed).await;
    }
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects").finish_non_exhaustive()
    }
}

/// One object of the store, as it was when it was asked for, not yet decoded.
#[derive(Clone)]
pub struct StoredObject(Arc<Object>);

impl StoredObject {
    fn meta(&self) -> &Metadata {
        &self.0.meta
    }

    /// Its key.
    pub fn key(&self) -> &ObjectKey {
        &self.meta().key
    }

    /// Its uid.
    pub fn uid(&self) -> &str {
        &self.meta().uid
    }

    /// The resource version of this state.
    pub fn resource_version(&self) -> &str {
        &self.meta().resource_version
    }

    /// The object as a value: of the controller's resource, of `kube::core::PartialObjectMeta`, or of any type that takes
    /// some of its fields. `managedFields` are never there.
    ///
    /// # Errors
    ///
    /// If the object does not fit the type, if the type reads more than metadata of a controller that has nothing else, or if it came in protobuf and the type wants a field that cannot be had from it;
    /// see [the page on encodings](crate::encodings).
    pub fn decode<R: DeserializeOwned>(&self) -> Result<R> {
        self.0.body.decode().map_err(Error::from)
    }

    fn labels(&self) -> BTreeMap<String, String> {
        #[derive(Deserialize)]
        struct Labelled {
            metadata: Labels,
        }
        #[derive(Deserialize)]
        struct Labels {
            #[serde(default)]
            labels: BTreeMap<String, String>,
        }
        self.0.body.decode::<Labelled>().map(|object| object.metadata.labels).unwrap_or_default()
    }
}

impl fmt::Debug for StoredObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredObject")
            .field("key", self.key())
            .field("resource_version", &self.resource_version())
            .finish_non_exhaustive()
    }
}
