//! Producers, workers and the timer of one queue, each a task.

use crate::{
    ObjectKey, Trigger,
    queue::{Backoff, Queue, Verdict, WorkQueue},
    store::Change,
    trace::Link,
};
use shuttle::{
    future::{block_on, spawn},
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
};
use std::{sync::Arc, time::Duration};

/// What goes on at the same time.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// Tasks that each tell of every key once.
    pub producers: usize,
    /// Keys.
    pub keys: usize,
    /// Tasks that handle keys.
    pub workers: usize,
    /// How often each key fails before it is handled well.
    pub failures: usize,
    /// Whether a run goes on only once there is one on every worker.
    pub together: bool,
}

/// One key, as its handler sees it.
#[derive(Default)]
struct Object {
    /// Changes that were told.
    changes: AtomicUsize,
    /// Those that a run which ended well has seen.
    handled: AtomicUsize,
    running: AtomicUsize,
    failures: AtomicUsize,
}

/// Runs a scenario under random orders and under orders that are random by priority, `orders` of each.
///
/// Every change must be seen by a run that begins after it, no key may be run twice at once, and when all is handled and the
/// queue is closed every worker must end; no worker may sleep while a key is ready. Where a wake-up is lost, tasks wait for ever, and shuttle tells of a deadlock.
///
/// # Panics
///
/// If an order breaks one of these. The message holds the order, to be replayed by [`shuttle::replay`].
pub fn check(scenario: Scenario, orders: usize) {
    shuttle::check_random(move || run(scenario), orders);
    shuttle::check_pct(move || run(scenario), orders, 3);
}

fn run(scenario: Scenario) {
    let policy = Queue::new().retries(u32::MAX).backoff(Backoff::constant(Duration::ZERO));
    let queue = Arc::new(WorkQueue::new(policy));
    let objects: Arc<Vec<Object>> = Arc::new((0..scenario.keys).map(|_| Object::default()).collect());
    let all = Arc::new(Barrier::new(if scenario.together { scenario.workers } else { 1 }));
    // Fewer tasks are fewer orders.
    let timer = (scenario.failures > 0).then(|| {
        let queue = queue.clone();
        spawn(async move { queue.run_timer().await })
    });
    let workers: Vec<_> = (0..scenario.workers)
        .map(|_| spawn(work(queue.clone(), objects.clone(), all.clone(), scenario)))
        .collect();
    let producers: Vec<_> = (0..scenario.producers)
        .map(|_| {
            let (queue, objects) = (queue.clone(), objects.clone());
            spawn(async move {
                for (number, object) in objects.iter().enumerate() {
                    object.changes.fetch_add(1, Ordering::SeqCst);
                    let key = ObjectKey::cluster(&number.to_string());
                    queue.changed(Change { key, trigger: Trigger::Watch, spec: false });
                }
            })
        })
        .collect();
    block_on(async {
        for producer in producers {
            producer.await.expect("no panic");
        }
        // The workers end when all is handled: by then the queue is closed, by one of them.
        for worker in workers {
            worker.await.expect("no panic");
        }
    });
    if let Some(timer) = timer {
        timer.abort();
    }
    for object in objects.iter() {
        assert_eq!(object.handled.load(Ordering::SeqCst), scenario.producers, "a change was lost");
    }
}

async fn work(queue: Arc<WorkQueue>, objects: Arc<Vec<Object>>, all: Arc<Barrier>, scenario: Scenario) {
    while let Some(handout) = queue.take().await {
        let object = &objects[handout.key.name().parse::<usize>().expect("keys are numbers")];
        assert_eq!(object.running.fetch_add(1, Ordering::SeqCst), 0, "a key was run twice at once");
        let seen = object.changes.load(Ordering::SeqCst);
        all.wait();
        shuttle::future::yield_now().await;
        let fails = object.failures.load(Ordering::SeqCst) < scenario.failures;
        if fails {
            object.failures.fetch_add(1, Ordering::SeqCst);
        } else {
            object.handled.store(seen, Ordering::SeqCst);
        }
        object.running.fetch_sub(1, Ordering::SeqCst);
        let verdict = if fails { Verdict::Failed } else { Verdict::Done };
        let settlement = queue.decide(&handout, verdict, None);
        queue.settle(handout.slot, &settlement, Link);
        if objects.iter().all(|object| object.handled.load(Ordering::SeqCst) == scenario.producers) {
            queue.close();
        }
    }
}
