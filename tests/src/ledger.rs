//! A handler that writes down its runs, and what must be true of them, whatever happened.

use crate::world::Truth;
use k8s_openapi::{api::core::v1::ConfigMap, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use kooper::{Context, Error, ObjectKey, Trigger, controller};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::time::Instant;

/// One run of a handler.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Whether it was a `delete`.
    pub deletes: bool,
    /// The key.
    pub key: String,
    /// The uid of the object, or of its last known state.
    pub uid: String,
    /// The version of that.
    pub version: String,
    /// The attempt, from 1.
    pub attempt: u32,
    /// Why.
    pub trigger: Trigger,
    /// How long after the ledger was made it began.
    pub at: Duration,
    /// How it ended: `None` while it goes on.
    pub good: Option<bool>,
}

/// The runs so far, in the order of their beginning.
#[derive(Debug)]
pub struct Ledger {
    book: Mutex<Book>,
    began: Instant,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { book: Mutex::default(), began: Instant::now() }
    }
}

#[derive(Debug, Default)]
struct Book {
    runs: Vec<Run>,
    running: BTreeSet<String>,
    twice_at_once: Option<String>,
}

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("no panic")
    }

    /// All runs so far.
    ///
    /// # Panics
    ///
    /// If a handler panicked while it wrote one down.
    pub fn runs(&self) -> Vec<Run> {
        self.lock().runs.clone()
    }

    /// How many there are.
    ///
    /// # Panics
    ///
    /// As [`runs`](Self::runs).
    pub fn count(&self) -> usize {
        self.lock().runs.len()
    }

    /// Writes down that a run begins. Gives its number.
    ///
    /// # Panics
    ///
    /// As [`runs`](Self::runs).
    pub fn begin(&self, run: Run) -> usize {
        let mut book = self.lock();
        if !book.running.insert(run.key.clone()) {
            book.twice_at_once = Some(run.key.clone());
        }
        book.runs.push(run);
        book.runs.len() - 1
    }

    /// Writes down how a run ended.
    ///
    /// # Panics
    ///
    /// As [`runs`](Self::runs).
    pub fn end(&self, run: usize, good: bool) {
        let mut book = self.lock();
        let key = book.runs[run].key.clone();
        book.running.remove(&key);
        book.runs[run].good = Some(good);
    }

    /// How long ago the ledger was made.
    pub fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// What has become of `truth`, in numbers, where a controller may not do what [`check`](Self::check) asks.
    ///
    /// # Panics
    ///
    /// As [`runs`](Self::runs).
    pub fn outcome(&self, truth: &BTreeMap<String, Truth>) -> Outcome {
        let book = self.lock();
        let mut outcome = Outcome { twice_at_once: book.twice_at_once.is_some(), ..Outcome::default() };
        let good = |run: &&Run| run.good == Some(true);
        let handled: BTreeSet<_> = book
            .runs
            .iter()
            .filter(good)
            .filter(|run| !run.deletes)
            .map(|run| (&run.uid, &run.version))
            .collect();
        let decodable = || truth.values().filter(|object| object.decodable);
        outcome.exist = decodable().count();
        outcome.missed =
            decodable().filter(|object| !handled.contains(&(&object.uid, &object.version))).count();
        let there: BTreeSet<_> = truth.values().map(|object| &object.uid).collect();
        let seen: BTreeSet<_> = book.runs.iter().map(|run| &run.uid).collect();
        let told: BTreeSet<_> =
            book.runs.iter().filter(good).filter(|run| run.deletes).map(|run| &run.uid).collect();
        outcome.gone = seen.difference(&there).count();
        outcome.told = told.difference(&there).count();
        outcome
    }

    /// What must be true once nothing more is to come, where `truth` is what exists, by key:
    ///
    /// * no key was ever run twice at once;
    /// * the last state of every object that exists was handled;
    /// * every object that was given to a handler and is gone was deleted exactly once, after its last `add`; none that
    ///   exists was, and none that was never given;
    /// * all runs of one uid are over before those of the next of that name begin;
    /// * no state was handled twice but as a retry, a requeue or a resync.
    ///
    /// # Errors
    ///
    /// What is not true.
    ///
    /// # Panics
    ///
    /// As [`runs`](Self::runs).
    pub fn check(&self, truth: &BTreeMap<String, Truth>) -> Result<(), String> {
        let book = self.lock();
        if let Some(key) = &book.twice_at_once {
            return Err(format!("{key} was run twice at once"));
        }
        if let Some(key) = book.running.first() {
            return Err(format!("{key} is still being handled"));
        }
        let mut by_key: BTreeMap<&str, Vec<&Run>> = BTreeMap::new();
        for run in &book.runs {
            by_key.entry(&run.key).or_default().push(run);
        }
        for (key, object) in truth {
            let handled = |run: &&Run| !run.deletes && object.is(run) && run.good == Some(true);
            let handled = by_key.get(&**key).is_some_and(|runs| runs.iter().any(handled));
            if object.decodable && !handled {
                return Err(format!("{key} in version {} was not handled", object.version));
            }
        }
        by_key.into_iter().try_for_each(|(key, runs)| life(&runs, truth.get(key)))
    }
}

/// Checks the runs of one key.
fn life(runs: &[&Run], now: Option<&Truth>) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{what}: {runs:#?}"));
    let mut told = BTreeSet::new();
    let mut past = BTreeSet::new();
    for of_uid in runs.chunk_by(|a, b| a.uid == b.uid) {
        let uid = &of_uid[0].uid;
        if !past.insert(uid) {
            return wrong("two objects of one name were mixed up");
        }
        let first_delete = of_uid.iter().position(|run| run.deletes).unwrap_or(of_uid.len());
        let (adds, deletes) = of_uid.split_at(first_delete);
        if deletes.iter().any(|run| !run.deletes) {
            return wrong("an object was handled after its delete");
        }
        let succeeded = deletes.iter().filter(|run| run.good == Some(true)).count();
        let gone = now.is_none_or(|object| object.uid != *uid);
        if succeeded != usize::from(gone) {
            return wrong(if gone {
                "a delete is missing, or came twice"
            } else {
                "a delete of what is there"
            });
        }
        if adds.is_empty() {
            return wrong("a delete of what no handler was given");
        }
        for run in adds {
            let fresh = run.attempt == 1 && matches!(run.trigger, Trigger::List | Trigger::Watch);
            if fresh && !told.insert((uid, &run.version)) {
                return wrong("an unchanged object was handled again");
            }
        }
    }
    Ok(())
}

/// What has become of the objects of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Objects that exist and can be decoded.
    pub exist: usize,
    /// Those whose last state was not handled.
    pub missed: usize,
    /// Objects that a handler saw and that are gone.
    pub gone: usize,
    /// Those whose end was told.
    pub told: usize,
    /// Whether a key was run twice at once.
    pub twice_at_once: bool,
}

impl Outcome {
    /// Whether all is as it should be.
    pub fn is_whole(&self) -> bool {
        self.missed == 0 && self.told == self.gone && !self.twice_at_once
    }
}

/// A handler of config maps that writes down each run.
pub struct Bookkeeper {
    ledger: Arc<Ledger>,
    takes: Duration,
    /// Each so many-th state fails at its first attempt; 0 for none.
    fails: u64,
}

impl Bookkeeper {
    /// A handler that takes a time for each run, and fails at the first attempt for each so many-th state (0 for none).
    pub fn new(ledger: Arc<Ledger>, takes: Duration, fails: u64) -> Self {
        Self { ledger, takes, fails }
    }

    async fn run(&self, deletes: bool, ctx: &Context, meta: ObjectMeta) -> kooper::Result {
        let run = Run {
            deletes,
            key: ctx.key().to_string(),
            uid: meta.uid.unwrap_or_default(),
            version: meta.resource_version.unwrap_or_default(),
            attempt: ctx.attempt(),
            trigger: ctx.trigger(),
            at: self.ledger.began.elapsed(),
            good: None,
        };
        let number: u64 = run.version.parse().unwrap_or_default();
        let good = run.attempt > 1 || self.fails == 0 || !number.is_multiple_of(self.fails);
        let run = self.ledger.begin(run);
        if !self.takes.is_zero() {
            tokio::time::sleep(self.takes).await;
        }
        self.ledger.end(run, good);
        if good { Ok(()) } else { Err(Error::msg("wanted")) }
    }
}

/// The metadata of an object, whatever else it has.
#[derive(Deserialize)]
struct Tagged {
    metadata: ObjectMeta,
}

#[controller(resource = ConfigMap, name = "bookkeeper", resync = "never", retries = 3, backoff = "2s")]
impl Bookkeeper {
    async fn add(&self, ctx: Context, map: ConfigMap) -> kooper::Result {
        self.run(false, &ctx, map.metadata).await
    }

    async fn delete(&self, ctx: Context, _key: ObjectKey) -> kooper::Result {
        // Metadata alone can be had of what cannot be decoded as well, by a type that passes over the rest.
        let last: Tagged = ctx.last_seen().ok_or_else(|| kooper::permanent("no last state"))?;
        self.run(true, &ctx, last.metadata).await
    }
}
