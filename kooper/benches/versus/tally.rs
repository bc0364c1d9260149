//! What the handlers of both sides count: that each pod was handled, how old each event was, and when the last states came.

use crate::handler::Reading;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::sync::Notify;

/// Counts the pods that the handlers of one controller have read.
pub(crate) struct Tally {
    counts: Mutex<Counts>,
    all_pods: Notify,
    all_events: Notify,
    all_last: Notify,
}

struct Counts {
    seen: Vec<bool>,
    pods_left: usize,
    proof: u32,
    runs: u32,
    events_left: usize,
    delays: Vec<Duration>,
    /// The last version of each pod that is not handled yet; 0 once it is.
    last: Vec<u64>,
    last_left: usize,
    /// From the first byte of the events to the moment in which the last of `last` was handled.
    drained: Duration,
}

impl Tally {
    /// Of so many pods, of so many events after them, and of events up to these last versions.
    pub(crate) fn new(pods: usize, events: usize, last: Vec<u64>) -> Self {
        let counts = Counts {
            seen: vec![false; pods],
            pods_left: pods,
            proof: 0,
            runs: 0,
            events_left: events,
            delays: Vec::with_capacity(events),
            last_left: last.len(),
            last,
            drained: Duration::ZERO,
        };
        let [all_pods, all_events, all_last] = [const { Notify::const_new() }; 3];
        Self { counts: Mutex::new(counts), all_pods, all_events, all_last }
    }

    /// Counts what a handler has read: all that the handlers of both sides do.
    pub(crate) fn count(&self, reading: Option<Reading>) {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let Some(pod) = reading else { return };
        let mut counts = self.lock();
        counts.runs += 1;
        if !std::mem::replace(&mut counts.seen[pod.index], true) {
            counts.proof += pod.proof;
            counts.pods_left -= 1;
            if counts.pods_left == 0 {
                self.all_pods.notify_one();
            }
        }
        if pod.sent.is_zero() {
            return;
        }
        let age = now.saturating_sub(pod.sent);
        if counts.events_left > 0 {
            counts.delays.push(age);
            counts.events_left -= 1;
            if counts.events_left == 0 {
                self.all_events.notify_one();
            }
        }
        if counts.last.get(pod.index) == Some(&pod.version) {
            counts.last[pod.index] = 0;
            counts.last_left -= 1;
            if counts.last_left == 0 {
                counts.drained = age;
                self.all_last.notify_one();
            }
        }
    }

    /// Waits until every pod has been handled.
    pub(crate) async fn all_pods(&self) {
        self.all_pods.notified().await;
    }

    /// How often handlers ran, and the sum of their proofs of the first state of each pod.
    pub(crate) fn so_far(&self) -> (u32, u32) {
        let counts = self.lock();
        (counts.runs, counts.proof)
    }

    /// Waits until every event has been handled, and tells how long each was on its way, sorted.
    pub(crate) async fn all_events(&self) -> Vec<Duration> {
        self.all_events.notified().await;
        let mut delays = std::mem::take(&mut self.lock().delays);
        delays.sort_unstable();
        delays
    }

    /// Waits until the last version of every pod has been handled, and tells how long after the first byte that was.
    pub(crate) async fn all_last(&self) -> Duration {
        self.all_last.notified().await;
        self.lock().drained
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
