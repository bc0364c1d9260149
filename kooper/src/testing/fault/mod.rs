//! Faults: what a real cluster does on a bad day, asked for in one call each.

mod events;
mod rule;
mod watches;

use std::{sync::Arc, time::Duration};

pub use events::EventFault;
pub(super) use events::{EventEffect, spoil};
pub use rule::Fault;
pub(super) use rule::{Effect, Rules};
pub use watches::Watches;
pub(super) use watches::{Command, OpenWatch, OpenWatches};

use super::{cluster::Api, request::Request, store::Range};
use crate::ObjectKey;

/// The faults of a cluster; see [`Cluster::faults`](super::Cluster::faults).
///
/// A fault meets requests ([`next`](Self::next), [`every`](Self::every)), what watches tell of
/// ([`next_events`](Self::next_events), [`every_event`](Self::every_event)), or watches that are open now
/// ([`watches`](Self::watches)). Where several could meet a request or an event, the one that was asked for first does. Each
/// may be left to chance, by a probability and a seed.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use k8s_openapi::api::core::v1::Pod;
/// use kooper::testing::Cluster;
/// use kube::{Api, api::ListParams};
///
/// let cluster = Cluster::new();
/// cluster.faults().next(1).verb("list").resource("pods").status(403);
///
/// let pods: Api<Pod> = Api::all(cluster.client());
/// let refused = pods.list(&ListParams::default()).await.unwrap_err();
/// assert!(matches!(refused, kube::Error::Api(status) if status.code == 403));
/// assert!(pods.list(&ListParams::default()).await.is_ok());
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Faults {
    api: Arc<Api>,
}

/// What the server keeps of its faults.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) rules: Rules,
    pub(super) watches: OpenWatches,
}

impl Board {
    /// Takes the watch into the list of open ones.
    pub(super) fn open_watch(&self, request: &Request) -> OpenWatch {
        self.watches.open(request)
    }
}

impl Faults {
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api }
    }

    /// A fault for the next `count` requests that match.
    #[must_use = "a fault is in force when its effect is named, such as `status(503)`"]
    pub fn next(&self, count: usize) -> Fault<'_> {
        Fault::new(&self.api.faults.rules, Some(count))
    }

    /// A fault for every request that matches, until [`clear`](Self::clear).
    #[must_use = "a fault is in force when its effect is named, such as `status(503)`"]
    pub fn every(&self) -> Fault<'_> {
        Fault::new(&self.api.faults.rules, None)
    }

    /// A fault for the next `count` events that match, counted over all watches.
    #[must_use = "a fault is in force when its effect is named, such as `drop_connection()`"]
    pub fn next_events(&self, count: usize) -> EventFault<'_> {
        EventFault::new(&self.api.faults.rules, Some(count))
    }

    /// A fault for every event that matches, until [`clear`](Self::clear).
    #[must_use = "a fault is in force when its effect is named, such as `drop_connection()`"]
    pub fn every_event(&self) -> EventFault<'_> {
        EventFault::new(&self.api.faults.rules, None)
    }

    /// Lifts all faults that stand for requests and events, and lets hanging watches go on.
    pub fn clear(&self) {
        self.api.faults.rules.clear();
        self.watches().go_on();
    }

    /// The watches that are open, for faults that meet them while they run.
    pub fn watches(&self) -> Watches<'_> {
        Watches::new(&self.api.faults.watches)
    }

    /// Forgets all versions before the newest, as a compaction does: a watch or a continue token from before ends in 410.
    pub fn compact(&self) {
        self.api.store.lock().compact();
    }

    /// Removes an object with no event: no watcher hears of it, and only the next list tells.
    ///
    /// `resource` is a plural such as `pods`, or `deployments.apps` outside of the core group. Returns whether the
    /// object was there.
    pub fn vanish(&self, resource: &str, key: &ObjectKey) -> bool {
        self.api.store.lock().vanish(resource, key)
    }

    /// Has each object of a resource vanish with no event, by chance: 0.0 is none, 1.0 is all. The same seed draws the same
    /// ones of the same objects, whose keys are returned.
    pub fn vanish_some(&self, resource: &str, probability: f64, seed: u64) -> Vec<ObjectKey> {
        let mut chance = rule::Chance::new(probability, seed);
        let mut state = self.api.store.lock();
        let keys = state.collection(resource).now(Range::default()).map(|object| object.key.clone());
        let drawn: Vec<ObjectKey> = keys.filter(|_| chance.draw()).collect();
        for key in &drawn {
            state.vanish(resource, key);
        }
        drawn
    }

    /// Gives an object a form that no type decodes: its metadata stays, all else has a type that it never has. Watchers see
    /// the change. Write the object anew to mend it. Returns whether it was there.
    pub fn spoil(&self, resource: &str, key: &ObjectKey) -> bool {
        let mut state = self.api.store.lock();
        let Some(object) = state.collection(resource).get(key).cloned() else { return false };
        let mut document = object.document();
        spoil(&mut document);
        state.put(resource, key.clone(), document);
        true
    }

    /// Moves the server's clock forth, without time passing. The timestamps of later writes follow it.
    pub fn clock_jumps(&self, by: Duration) {
        self.api.clock.jump(jiff::SignedDuration::try_from(by).unwrap_or(jiff::SignedDuration::MAX));
    }

    /// Moves the server's clock back, without time passing.
    pub fn clock_falls_back(&self, by: Duration) {
        self.api.clock.jump(-jiff::SignedDuration::try_from(by).unwrap_or(jiff::SignedDuration::MAX));
    }
}
