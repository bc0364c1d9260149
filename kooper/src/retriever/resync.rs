//! Resync: each known object is handled again once an interval, though nothing told of a change.

use crate::{
    Trigger,
    queue::WorkQueue,
    store::{Change, Store},
    trace,
};
use std::time::Duration;
use tokio::time::Instant;

/// Objects that are due within this time of each other are taken together.
const GRAIN: Duration = Duration::from_millis(100);

/// Puts every known key into the backlog once each `interval`, spread over it, for as long as it is polled.
///
/// The first round begins one interval after the start.
pub(crate) async fn resync(controller: &str, interval: Duration, store: &Store, queue: &WorkQueue) {
    let mut round = Instant::now();
    loop {
        round += interval;
        tokio::time::sleep_until(round).await;
        // Rounds that were missed, as when the machine slept, are not made up for.
        round = round.max(Instant::now() - GRAIN);
        let keys = store.keys();
        let _round = trace::resync(controller, keys.len());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Queue,
        queue::Settlement,
        trace::Link,
        wire::{Encoding, Table},
    };

    fn store(names: &[&str]) -> Store {
        let store = Store::default();
        let items: Vec<String> =
            names.iter().map(|name| format!(r#"{{"metadata":{{"name":"{name}"}}}}"#)).collect();
        let list = format!(r#"{{"items":[{}]}}"#, items.join(","));
        let apply = |object| drop(store.apply(object, (0, 1), Trigger::List));
        Encoding::Json
            .list(Table::builtin(), crate::wire::Limits::default())
            .feed(list.as_bytes(), apply)
            .expect("a list");
        store
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_is_spread_over_the_interval() {
        let (store, queue) = (store(&["a", "b", "c", "d"]), WorkQueue::new(Queue::new()));
        let began = Instant::now();
        let rounds = resync("test", Duration::from_mins(4), &store, &queue);
        let taken = async {
            let mut at = Vec::new();
            for _ in 0..8 {
                let handout = queue.take().await.expect("open");
                assert_eq!(handout.trigger, Trigger::Resync);
                queue.settle(handout.slot, &Settlement::Done, Link::default());
                at.push(began.elapsed().as_secs() / 60);
            }
            at
        };
        tokio::select! {
            () = rounds => unreachable!("it goes on for ever"),
            at = taken => assert_eq!(at, [4, 5, 6, 7, 8, 9, 10, 11]),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn rounds_that_were_missed_are_not_made_up_for() {
        let (store, queue) = (store(&["a"]), WorkQueue::new(Queue::new()));
        let mut rounds = std::pin::pin!(resync("test", Duration::from_mins(1), &store, &queue));
        let mut poll = async || tokio::time::timeout(Duration::ZERO, rounds.as_mut()).await.is_err();
        assert!(poll().await);
        tokio::time::advance(Duration::from_hours(1)).await;
        assert!(poll().await);
        let handout = queue.take().await.expect("open");
        assert_eq!(handout.coalesced, 0, "an hour's rounds are one");
    }
}
