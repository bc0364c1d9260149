//! What the cluster's own controllers still have to do, and when.
//!
//! A write only notes what follows from it. That is done after the write where the delay is zero, else by a task that waits
//! for its time on tokio's clock.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, Weak},
    time::Duration,
};

use tokio::{runtime::Handle, time::Instant};

use super::{cluster::Api, document::Document, garbage, namespaces};
use crate::ObjectKey;

/// How long after its cause each work is done; `None` where nobody does it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delays {
    pub(super) garbage: Option<Duration>,
    pub(super) namespaces: Option<Duration>,
}

/// One thing to do.
#[derive(Debug, PartialEq)]
pub(super) enum Work {
    /// An object may wait for its end with a finalizer of the garbage collector's.
    Finish { collection: String, key: ObjectKey },
    /// An object may have owners of which none is there.
    Look { collection: String, key: ObjectKey },
    /// An object of this metadata is gone.
    Gone(Document),
    /// A namespace is to be emptied, and to end.
    Namespace(String),
}

/// All that is to do.
#[derive(Debug)]
pub(super) struct Agenda {
    delays: Delays,
    api: Weak<Api>,
    due: Mutex<Due>,
}

#[derive(Debug, Default)]
struct Due {
    turn: u64,
    works: BTreeMap<(Instant, u64), Work>,
}

impl Agenda {
    pub(super) fn new(delays: Delays, api: Weak<Api>) -> Self {
        Self { delays, api, due: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Due> {
        self.due.lock().expect("nothing panics while it holds the agenda")
    }

    /// Whether anybody collects garbage.
    pub(super) fn collects(&self) -> bool {
        self.delays.garbage.is_some()
    }

    /// Notes what is to do.
    pub(super) fn add(&self, work: Work) {
        let delay = match work {
            Work::Namespace(_) => self.delays.namespaces,
            _ => self.delays.garbage,
        };
        let Some(delay) = delay else { return };
        let at = Instant::now() + delay;
        let mut due = self.lock();
        // A namespace hears of each object that leaves it.
        if matches!(work, Work::Namespace(_)) && due.works.values().any(|known| *known == work) {
            return;
        }
        due.turn += 1;
        let turn = due.turn;
        due.works.insert((at, turn), work);
        drop(due);
        // Without a runtime it is done at the next request.
        if let Ok(runtime) = Handle::try_current()
            && !delay.is_zero()
        {
            let api = self.api.clone();
            runtime.spawn(async move {
                tokio::time::sleep_until(at).await;
                if let Some(api) = api.upgrade() {
                    api.tend();
                }
            });
        }
    }

    /// The oldest work whose time has come.
    fn next(&self) -> Option<Work> {
        let mut due = self.lock();
        let first = due.works.first_entry()?;
        (first.key().0 <= Instant::now()).then(|| first.remove())
    }
}

impl Api {
    /// Does what is due.
    pub(super) fn tend(&self) {
        while let Some(work) = self.agenda.next() {
            let mut state = self.store.lock();
            match work {
                Work::Finish { collection, key } => garbage::wait_over(self, &mut state, &collection, &key),
                Work::Look { collection, key } => garbage::look(self, &mut state, &collection, &key, ""),
                Work::Gone(object) => garbage::follow(self, &mut state, &object),
                Work::Namespace(name) => namespaces::end(self, &mut state, &name),
            }
        }
    }
}
