//! The queue: which key is handled next, and when.
//!
//! [`State`] is the whole of its rules, without a clock or a task, so that a test can drive it. [`WorkQueue`] is the shell
//! around it: a lock, and the wake-ups of workers and of the one timer.

mod entry;
#[cfg(test)]
mod histories;
mod index;
mod lane;
#[cfg(test)]
mod model;
mod policy;
mod rate;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use entry::{Handout, Settlement, Slot};
pub use policy::{Backoff, Queue};
pub use rate::RateLimit;

use crate::{
    ObjectKey, Trigger,
    store::Change,
    sync::{Mutex, MutexGuard, Notify, sleep_until},
};
use entry::{Lane, Wake};
use state::State;
use std::time::Duration;
use tokio::time::Instant;

/// The queue of one controller. Workers [`take`](Self::take) keys from it and [`settle`](Self::settle) them.
pub(crate) struct WorkQueue {
    state: Mutex<State>,
    /// One permit for each key that became ready.
    ready: Notify,
    /// Tells the timer that something is due earlier than it knew.
    due: Notify,
    /// Tells a test that a run has ended.
    #[cfg(feature = "testing")]
    rested: tokio::sync::Notify,
}

impl WorkQueue {
    pub(crate) fn new(policy: Queue) -> Self {
        Self {
            state: Mutex::new(State::new(policy)),
            ready: Notify::new(),
            due: Notify::new(),
            #[cfg(feature = "testing")]
            rested: tokio::sync::Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No rule of the state machine panics; were one to, the rest of the controller should go on.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A change in the store: live if a watch told of it, backlog if a list or a resync did.
    pub(crate) fn changed(&self, change: Change) {
        let lane = Lane::of(change.trigger);
        let wake = self.lock().changed(change.key, lane, change.trigger, change.spec, Instant::now());
        self.wake(wake);
    }

    fn wake(&self, wake: Wake) {
        if wake.worker {
            self.ready.notify_one();
        }
        if wake.timer {
            self.due.notify_one();
        }
    }

    /// A change of an object that leads to a key; `live` if a watch told of it. It is no change of the key's own spec.
    pub(crate) fn related(&self, key: ObjectKey, trigger: Trigger, live: bool) {
        let lane = if live { Lane::Live } else { Lane::Backlog };
        let wake = self.lock().changed(key, lane, trigger, false, Instant::now());
        self.wake(wake);
    }

    /// The next key, waiting until there is one. `None` once the queue is closed.
    ///
    /// Cancellation safe: a key is taken in the same poll that hands it out.
    pub(crate) async fn take(&self) -> Option<Handout> {
        loop {
            let ready = self.ready.notified();
            tokio::pin!(ready);
            // From here on a wake-up is not lost, whatever happens before the await.
            ready.as_mut().enable();
            {
                let mut state = self.lock();
                if state.is_closed() {
                    return None;
                }
                if let Some(handout) = state.take(Instant::now()) {
                    return Some(handout);
                }
            }
            ready.await;
        }
    }

    /// What follows from how an attempt ended. Changes nothing yet, so that the trace can tell it first.
    ///
    /// `own` is what the handler that was called has in place of the queue's retries and backoff.
    pub(crate) fn decide(
        &self,
        handout: &Handout,
        verdict: Verdict,
        own: Option<(u32, Backoff)>,
    ) -> Settlement {
        self.lock().decide(handout, verdict, own)
    }

    /// Ends the run of a key.
    pub(crate) fn settle(&self, slot: Slot, settlement: &Settlement, link: crate::trace::Link) {
        let wake = self.lock().settle(slot, settlement, link, Instant::now());
        self.wake(wake);
        #[cfg(feature = "testing")]
        self.rested.notify_waiters();
    }

    /// The first `limit` keys found that are to be handled now or after a backoff, each with how it stands.
    #[cfg(feature = "testing")]
    pub(crate) fn pending(&self, limit: usize) -> Vec<String> {
        self.lock().pending(Instant::now(), limit)
    }

    /// Resolves when a run has ended since this was made.
    #[cfg(feature = "testing")]
    pub(crate) fn rested(&self) -> tokio::sync::futures::Notified<'_> {
        self.rested.notified()
    }

    /// Moves keys whose time has come to the lanes, for as long as it is polled. Sleeps where nothing is due.
    pub(crate) async fn run_timer(&self) {
        loop {
            let (moved, next) = self.lock().promote(Instant::now());
            for _ in 0..moved {
                self.ready.notify_one();
            }
            match next {
                Some(at) => {
                    tokio::select! {
                        biased;
                        () = sleep_until(at) => {}
                        () = self.due.notified() => {}
                    }
                }
                None => self.due.notified().await,
            }
        }
    }

    /// Hands out nothing more. What runs may still be settled.
    pub(crate) fn close(&self) {
        self.lock().close();
        self.ready.notify_waiters();
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    RequeueAfter(Duration),
    Failed,
    /// Failed, with a delay of its own in place of the backoff.
    FailedAfter(Duration),
    Permanent,
    Aborted,
}

#[cfg(test)]
mod wake_up {
    use super::*;

    fn change(name: &str) -> Change {
        Change { key: ObjectKey::cluster(name), trigger: Trigger::Watch, spec: true }
    }

    #[tokio::test(start_paused = true)]
    async fn a_worker_that_waits_is_woken_by_a_change_and_by_a_retry_that_is_due() {
        let queue = std::sync::Arc::new(WorkQueue::new(
            Queue::new().backoff(Backoff::constant(Duration::from_secs(5))),
        ));
        let timer = tokio::spawn({
            let queue = queue.clone();
            async move { queue.run_timer().await }
        });
        let waiting = tokio::spawn({
            let queue = queue.clone();
            async move { queue.take().await }
        });
        tokio::task::yield_now().await;
        queue.changed(change("a"));
        let first = waiting.await.expect("no panic").expect("open");
        assert_eq!(first.attempt, 1);

        let began = Instant::now();
        let settlement = queue.decide(&first, Verdict::Failed, None);
        queue.settle(first.slot, &settlement, crate::trace::Link::default());
        let second = queue.take().await.expect("open");
        assert_eq!((second.attempt, second.trigger), (2, Trigger::Retry));
        assert_eq!(began.elapsed().as_secs(), 5);
        timer.abort();
    }

    #[tokio::test]
    async fn closing_ends_the_wait_of_every_worker() {
        let queue = std::sync::Arc::new(WorkQueue::new(Queue::new()));
        let workers: Vec<_> = (0..3)
            .map(|_| {
                let queue = queue.clone();
                tokio::spawn(async move { queue.take().await.is_none() })
            })
            .collect();
        tokio::task::yield_now().await;
        queue.close();
        for worker in workers {
            assert!(worker.await.expect("no panic"));
        }
    }
}
