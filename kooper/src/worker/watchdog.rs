//! The watchdog: names handlers that block their thread.
//!
//! A handler that does not come back to its `.await` holds a thread of the runtime, and nothing can stop it: no timeout, no
//! shutdown. The watchdog sees a poll that lasts too long while it lasts, if a thread is free, else when it ends.

use crate::ObjectKey;
use std::{
    collections::HashSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// A poll that lasts longer than this blocks its thread: tokio's advice is 100 µs at most.
const LIMIT: Duration = Duration::from_secs(1);

/// How many keys are remembered as told of; beyond that some are told of again.
const REMEMBERED: usize = 10_000;

/// Watches the polls of one controller's workers.
pub(crate) struct Watchdog {
    controller: String,
    began: Instant,
    places: Vec<Place>,
    active: AtomicUsize,
    woken: Notify,
    told: Mutex<HashSet<ObjectKey>>,
}

/// Where one worker's poll is seen.
#[derive(Default)]
struct Place {
    /// When the poll that goes on began, in milliseconds since `began` plus one; 0 between polls.
    polling: AtomicU64,
    key: Mutex<Option<ObjectKey>>,
}

/// The watch over one attempt; ends when dropped.
pub(super) struct Watch<'a> {
    dog: &'a Watchdog,
    place: &'a Place,
}

impl Watchdog {
    pub(crate) fn new(controller: &str, workers: usize) -> Self {
        Self {
            controller: controller.to_owned(),
            began: Instant::now(),
            places: (0..workers).map(|_| Place::default()).collect(),
            active: AtomicUsize::new(0),
            woken: Notify::new(),
            told: Mutex::default(),
        }
    }

    /// Watches the attempt of the worker at `place`.
    pub(super) fn watch(&self, place: usize, key: &ObjectKey) -> Watch<'_> {
        let place = &self.places[place];
        *lock(&place.key) = Some(key.clone());
        if self.active.fetch_add(1, Ordering::Relaxed) == 0 {
            self.woken.notify_one();
        }
        Watch { dog: self, place }
    }

    /// Looks at the polls once a second while anything runs, for as long as it is polled.
    pub(crate) async fn run(&self) {
        loop {
            while self.active.load(Ordering::Relaxed) == 0 {
                self.woken.notified().await;
            }
            tokio::time::sleep(LIMIT).await;
            for place in &self.places {
                let since = place.polling.load(Ordering::Relaxed);
                if since > 0 {
                    self.look(place, since);
                }
            }
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }

    fn look(&self, place: &Place, since: u64) {
        let blocked = Duration::from_millis(self.now().saturating_sub(since));
        if blocked < LIMIT {
            return;
        }
        let Some(key) = lock(&place.key).clone() else { return };
        let mut told = lock(&self.told);
        if told.len() >= REMEMBERED {
            told.clear();
        }
        if told.insert(key.clone()) {
            tracing::warn!(
                controller = self.controller,
                %key,
                ?blocked,
                next_step = "move blocking work to `tokio::task::spawn_blocking`, or use an async client",
                "the handler blocks its thread: it cannot be stopped, and holds up what else runs there"
            );
        }
    }
}

impl Watch<'_> {
    /// Calls `poll`, seen by the watchdog.
    pub(super) fn during<T>(&self, poll: impl FnOnce() -> T) -> T {
        let since = self.dog.now();
        self.place.polling.store(since, Ordering::Relaxed);
        let polled = poll();
        self.place.polling.store(0, Ordering::Relaxed);
        self.dog.look(self.place, since);
        polled
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.dog.active.fetch_sub(1, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
