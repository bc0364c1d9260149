//! What the handlers of both sides count: that each pod was handled, and how old each event was.

use k8s_openapi::api::core::v1::Pod;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::sync::Notify;

/// Counts the pods that handlers have read.
pub(crate) struct Tally {
    counts: Mutex<Counts>,
    all_pods: Notify,
    all_events: Notify,
}

struct Counts {
    seen: Vec<bool>,
    pods_left: usize,
    restarts: u32,
    events_left: usize,
    delays: Vec<Duration>,
}

impl Tally {
    /// Of so many pods, and of so many events after them.
    pub(crate) fn new(pods: usize, events: usize) -> Self {
        let counts = Counts {
            seen: vec![false; pods],
            pods_left: pods,
            restarts: 0,
            events_left: events,
            delays: Vec::with_capacity(events),
        };
        Self { counts: Mutex::new(counts), all_pods: Notify::new(), all_events: Notify::new() }
    }

    /// Counts a pod that a handler was given: all that the handlers of both sides do.
    pub(crate) fn count(&self, pod: &Pod) {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let Some(pod) = Reading::of(pod) else { return };
        let mut counts = self.lock();
        if !std::mem::replace(&mut counts.seen[pod.index], true) {
            counts.restarts += pod.restarts;
            counts.pods_left -= 1;
            if counts.pods_left == 0 {
                self.all_pods.notify_one();
            }
        }
        if !pod.sent.is_zero() && counts.events_left > 0 {
            counts.delays.push(now.saturating_sub(pod.sent));
            counts.events_left -= 1;
            if counts.events_left == 0 {
                self.all_events.notify_one();
            }
        }
    }

    /// Waits until every pod has been handled, and tells how often their containers restarted, all together.
    pub(crate) async fn all_pods(&self) -> u32 {
        self.all_pods.notified().await;
        self.lock().restarts
    }

    /// Waits until every event has been handled, and tells how long each was on its way, sorted.
    pub(crate) async fn all_events(&self) -> Vec<Duration> {
        self.all_events.notified().await;
        let mut delays = std::mem::take(&mut self.lock().delays);
        delays.sort_unstable();
        delays
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a handler reads of a pod: something of its metadata and something deep in its status.
struct Reading {
    index: usize,
    restarts: u32,
    sent: Duration,
}

impl Reading {
    /// `None` for a pod that the stub server did not make; the run then never ends and is told as too slow.
    fn of(pod: &Pod) -> Option<Self> {
        let index = pod.metadata.name.as_deref()?.strip_prefix("web-")?.parse().ok()?;
        let sent = pod.metadata.annotations.as_ref()?.get("bench/sent")?.parse().ok()?;
        let containers = pod.status.as_ref()?.container_statuses.as_deref()?;
        let restarts = containers.iter().map(|container| container.restart_count.unsigned_abs()).sum();
        Some(Self { index, restarts, sent: Duration::from_nanos(sent) })
    }
}
