//! What is kept of one key, and what is said of it: to the worker that is handed it, and by the worker that is done.

use super::lane::{Index, Linked, Links};
use crate::{ObjectKey, Trigger, trace::Link};
use std::time::Duration;
use tokio::time::Instant;

/// Where a ready key stands, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    /// Changes that a watch told of.
    Live,
    /// Retries and requeues whose time has come.
    Retry,
    /// What a list found, and resync.
    Backlog,
}

impl Lane {
    pub(super) fn of(trigger: Trigger) -> Self {
        match trigger {
            Trigger::Watch | Trigger::Owned | Trigger::Related => Self::Live,
            Trigger::Retry | Trigger::Requeue => Self::Retry,
            Trigger::List | Trigger::Resync => Self::Backlog,
        }
    }

    /// As it stands in the trace.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Retry => "retry",
            Self::Backlog => "backlog",
        }
    }
}

/// What is kept of every key: as much as one line of the processor's cache holds. Where many keys wait, the next one has not
/// been touched for long, and each line is waited for. What few keys have stands beside, in [`State`](super::state::State).
#[repr(align(64))]
pub(super) struct Entry {
    pub(super) key: ObjectKey,
    links: Links,
    /// The run that is wanted; while the key runs, the next one, if any is.
    pub(super) wanted: Wanted,
    /// Failures in a row so far.
    pub(super) failures: u32,
    pub(super) phase: Phase,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Entry>() == 64, "see above");

#[derive(Clone, Copy)]
pub(super) enum Phase {
    Ready(Lane),
    Delayed(Why),
    /// A retry whose time has come, but for which there is no token.
    Limited,
    /// With the lane of what came in while it ran, and whether that was of the spec.
    Running(Option<(Lane, bool)>),
}

/// Why a key waits for a time, which is that since which its run is wanted, unless another is named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It failed.
    Backoff,
    /// Its handler asked for it.
    Asked,
    /// A run is wanted, but the one before began too short a time ago: until the next one may.
    Held(Lane),
    /// No run is wanted: what is kept is when the next one may begin, until then.
    Rest,
}

/// Why a run is wanted, and since when.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) trigger: Trigger,
    pub(super) since: Instant,
    /// Changes that this run covers beside the first.
    pub(super) coalesced: u32,
}

/// The slot of a key that runs, for [`WorkQueue::settle`](super::WorkQueue::settle).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(pub(super) Index);

/// A key that is to be handled now.
#[derive(Debug)]
pub(crate) struct Handout {
    pub(crate) slot: Slot,
    pub(crate) key: ObjectKey,
    /// From 1.
    pub(crate) attempt: u32,
    pub(crate) trigger: Trigger,
    /// How long it was ready before it was handed out.
    pub(crate) waited: Duration,
    pub(crate) coalesced: u32,
    /// The lane in which it stood: `live`, `retry`, `backlog`.
    pub(crate) lane: &'static str,
    pub(crate) link: Option<Link>,
}

/// What becomes of a key after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settlement {
    /// Handled.
    Done,
    /// Handled, and to be handled again.
    Requeued(Duration),
    /// Failed, and to be tried again.
    Retry { consumed: u32, remaining: u32, delay: Duration },
    /// Failed once too often.
    GivenUp,
    /// Failed for good.
    Permanent,
    /// Cut off by the shutdown.
    Aborted,
}

/// Whom the shell has to wake after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wake {
    /// A worker: one more key is ready.
    pub(super) worker: bool,
    /// The timer: something is due earlier than all before.
    pub(super) timer: bool,
}

impl Wake {
    pub(super) const NOBODY: Self = Self { worker: false, timer: false };
    pub(super) const WORKER: Self = Self { worker: true, timer: false };
}

impl Entry {
    pub(super) fn new(key: ObjectKey, wanted: Wanted) -> Self {
        Self { key, links: Links::UNLINKED, wanted, failures: 0, phase: Phase::Ready(Lane::Live) }
    }
}

impl Linked for Entry {
    fn links(&mut self) -> &mut Links {
        &mut self.links
    }
}

impl Wanted {
    /// Takes one more change. Gives back whether it is of a better lane, as was said.
    pub(super) fn cover(&mut self, trigger: Trigger, better: bool) -> bool {
        self.coalesced += 1;
        if better {
            self.trigger = trigger;
        }
        better
    }
}
