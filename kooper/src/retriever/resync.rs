//! Resync: each known object is handled again once an interval, though nothing told of a change.

use crate::{
    Trigger,
    queue::WorkQueue,
    store::{Change, Store},
};
use std::time::Duration;
use tokio::time::Instant;

/// Objects that are due within this time of each other are taken together.
const GRAIN: Duration = Duration::from_millis(100);

/// Puts every known key into the backlog once each `interval`, spread over it, for as long as it is polled.
///
/// The first round begins one interval after the start.
pub(crate) async fn resync(interval: Duration, store: &Store, queue: &WorkQueue) {
    let mut round = Instant::now();
    loop {
        round += interval;
        tokio::time::sleep_until(round).await;
        let keys = store.keys();
        let share = interval / u32::try_from(keys.len().max(1)).unwrap_or(u32::MAX);
        let mut due = round;
        for key in keys {
            if due > Instant::now() + GRAIN {
                tokio::time::sleep_until(due).await;
            }
            queue.changed(Change { key, trigger: Trigger::Resync, spec: false });
            due += share;
        }
    }
}
