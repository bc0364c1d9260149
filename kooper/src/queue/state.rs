//! The rules of the queue, as a state machine that knows neither clock nor task.
//!
//! A key has one slot for as long as there is something to remember of it: that it is ready, that it waits for its time,
//! or that it runs. Every step is O(1) by index, but for a delayed key, whose timer costs O(log delayed).
//!
//! ```text
//!            changed                take                  settle: done, given up
//!   (none) ──────────▶ Ready(lane) ──────▶ Running ───────────────────────────────▶ (none)
//!                        ▲    ▲               │ settle: retry, requeue after
//!                        │    └── promote ────▼
//!                        │       (due)      Delayed
//!                        └── changed while it ran, or a change of spec in Delayed
//! ```

use super::{
    Queue, Verdict,
    lane::{Index, Line, Links},
};
use crate::{ObjectKey, Trigger, trace::Link};
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};
use tokio::time::Instant;

/// How many hand-outs pass before one goes to a lower lane though a higher one has keys, so that nothing starves.
const AGEING: u32 = 8;

/// Where a delay ends that is beyond what the clock can tell: after 30 years, which is never.
const FAR: Duration = Duration::from_hours(30 * 365 * 24);

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
}

/// All keys that wait or run.
pub(super) struct State {
    policy: Queue,
    slots: Vec<Entry>,
    /// Beside `slots`, index by index.
    links: Vec<Links>,
    free: Vec<Index>,
    index: HashMap<ObjectKey, Index>,
    lanes: [Line; 3],
    timers: BTreeSet<(Instant, Index)>,
    /// Hand-outs since a lower lane had its turn.
    picks: u32,
    chance: fastrand::Rng,
    closed: bool,
}

struct Entry {
    key: ObjectKey,
    phase: Phase,
    /// Failures in a row so far.
    failures: u32,
    wanted: Wanted,
    /// The root span of the attempt before, if it failed.
    link: Option<Link>,
}

#[derive(Clone, Copy)]
enum Phase {
    Ready(Lane),
    /// Until `at`; in `backoff` unless the handler asked for it.
    Delayed {
        at: Instant,
        backoff: bool,
    },
    /// With what came in while it ran.
    Running(Option<(Wanted, Lane, bool)>),
}

/// Why a run is wanted, and since when.
#[derive(Clone, Copy)]
struct Wanted {
    trigger: Trigger,
    since: Instant,
    /// Changes that this run covers beside the first.
    coalesced: u32,
}

/// The slot of a key that runs, for [`WorkQueue::settle`](super::WorkQueue::settle).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(Index);

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

/// What the shell has to wake after a [`State::settle`].
pub(super) struct Settled {
    pub(super) ready: bool,
    pub(super) timer: bool,
}

impl State {
    pub(super) fn new(policy: Queue) -> Self {
        Self {
            policy,
            slots: Vec::new(),
            links: Vec::new(),
            free: Vec::new(),
            index: HashMap::new(),
            lanes: [Line::EMPTY; 3],
            timers: BTreeSet::new(),
            picks: 0,
            chance: fastrand::Rng::new(),
            closed: false,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Takes a change of a key; `spec` if it is a change of spec, a delete, or the first that is heard of it. Gives
    /// whether one more key is ready.
    pub(super) fn changed(
        &mut self,
        key: ObjectKey,
        lane: Lane,
        trigger: Trigger,
        spec: bool,
        now: Instant,
    ) -> bool {
        if self.closed {
            return false;
        }
        let wanted = Wanted { trigger, since: now, coalesced: 0 };
        let Some(&index) = self.index.get(&key) else {
            let index = self.insert(key, wanted);
            self.push(index, lane);
            return true;
        };
        let entry = &mut self.slots[index as usize];
        match entry.phase {
            Phase::Ready(old) => {
                entry.wanted.coalesced += 1;
                if spec {
                    entry.forget_failures();
                }
                if lane < old {
                    entry.wanted.trigger = trigger;
                    self.lanes[old as usize].remove(&mut self.links, index);
                    self.push(index, lane);
                }
                false
            }
            Phase::Delayed { backoff: true, .. } if !spec => {
                entry.wanted.coalesced += 1;
                false
            }
            Phase::Delayed { at, .. } => {
                // What the delayed run stood for is covered by this one.
                entry.wanted = Wanted { coalesced: entry.wanted.coalesced, ..wanted };
                entry.forget_failures();
                self.timers.remove(&(at, index));
                self.push(index, lane);
                true
            }
            // It is being handled at this moment: that is as good as a resync.
            Phase::Running(_) if trigger == Trigger::Resync => false,
            Phase::Running(ref mut dirty) => {
                *dirty = Some(match *dirty {
                    None => (wanted, lane, spec),
                    Some((first, old, old_spec)) => {
                        let trigger = if lane < old { trigger } else { first.trigger };
                        let first = Wanted { trigger, coalesced: first.coalesced + 1, ..first };
                        (first, old.min(lane), old_spec || spec)
                    }
                });
                false
            }
        }
    }

    /// Hands out the next key.
    pub(super) fn take(&mut self, now: Instant) -> Option<Handout> {
        let lane = self.next_lane()?;
        let index = self.lanes[lane as usize].head()?;
        self.lanes[lane as usize].remove(&mut self.links, index);
        let entry = &mut self.slots[index as usize];
        entry.phase = Phase::Running(None);
        Some(Handout {
            slot: Slot(index),
            key: entry.key.clone(),
            attempt: entry.failures.saturating_add(1),
            trigger: entry.wanted.trigger,
            waited: now.saturating_duration_since(entry.wanted.since),
            coalesced: entry.wanted.coalesced,
            link: entry.link.take(),
        })
    }

    /// The best lane that has keys; each eighth time the one below it whose first key has waited longest.
    fn next_lane(&mut self) -> Option<Lane> {
        let [live, retry, backlog] = self.lanes.map(Line::head);
        let lanes = [(Lane::Live, live), (Lane::Retry, retry), (Lane::Backlog, backlog)];
        let mut waiting = lanes.into_iter().filter_map(|(lane, head)| head.map(|head| (lane, head)));
        let best = waiting.next()?.0;
        let below = waiting.min_by_key(|(_, head)| self.slots[*head as usize].wanted.since);
        let Some((below, _)) = below else {
            self.picks = 0;
            return Some(best);
        };
        self.picks += 1;
        if self.picks < AGEING {
            return Some(best);
        }
        self.picks = 0;
        Some(below)
    }

    /// What follows from how an attempt ended.
    pub(super) fn decide(&mut self, handout: &Handout, verdict: Verdict) -> Settlement {
        match verdict {
            Verdict::Done => Settlement::Done,
            Verdict::RequeueAfter(delay) => Settlement::Requeued(delay),
            Verdict::Permanent => Settlement::Permanent,
            Verdict::Aborted => Settlement::Aborted,
            Verdict::Failed | Verdict::FailedAfter(_) if handout.attempt > self.policy.retries => {
                Settlement::GivenUp
            }
            Verdict::Failed | Verdict::FailedAfter(_) => Settlement::Retry {
                consumed: handout.attempt,
                remaining: self.policy.retries - handout.attempt,
                delay: match verdict {
                    Verdict::FailedAfter(delay) => delay,
                    _ => self.policy.backoff.jittered(handout.attempt - 1, self.chance.f64()),
                },
            },
        }
    }

    /// Ends the run of a key.
    pub(super) fn settle(
        &mut self,
        slot: Slot,
        settlement: &Settlement,
        link: Link,
        now: Instant,
    ) -> Settled {
        let index = slot.0;
        let entry = &mut self.slots[index as usize];
        let Phase::Running(dirty) = entry.phase else {
            unreachable!("only a worker that was handed a key settles it, and once")
        };
        let (delay, backoff) = match *settlement {
            Settlement::Retry { delay, .. } => {
                entry.failures = entry.failures.saturating_add(1);
                entry.link = Some(link);
                (Some(delay), true)
            }
            Settlement::Requeued(delay) => {
                entry.forget_failures();
                (Some(delay), false)
            }
            Settlement::Done | Settlement::GivenUp | Settlement::Permanent | Settlement::Aborted => {
                entry.forget_failures();
                (None, false)
            }
        };
        match (dirty, delay) {
            (Some((wanted, lane, spec)), _) if spec || !backoff => {
                entry.wanted = wanted;
                entry.forget_failures();
                self.push(index, lane);
                Settled { ready: true, timer: false }
            }
            (dirty, Some(delay)) => {
                let at = now.checked_add(delay).unwrap_or_else(|| now + FAR);
                let trigger = if backoff { Trigger::Retry } else { Trigger::Requeue };
                let coalesced = dirty.map_or(0, |(wanted, ..)| wanted.coalesced + 1);
                entry.wanted = Wanted { trigger, since: at, coalesced };
                entry.phase = Phase::Delayed { at, backoff };
                self.timers.insert((at, index));
                Settled { ready: false, timer: self.timers.first() == Some(&(at, index)) }
            }
            (_, None) => {
                self.free(index);
                Settled { ready: false, timer: false }
            }
        }
    }

    /// Makes the keys ready whose time has come. Gives how many, and when the next is due.
    pub(super) fn promote(&mut self, now: Instant) -> (usize, Option<Instant>) {
        let mut moved = 0;
        while let Some(&(at, index)) = self.timers.first() {
            if at > now {
                return (moved, Some(at));
            }
            self.timers.pop_first();
            self.push(index, Lane::Retry);
            moved += 1;
        }
        (moved, None)
    }

    fn push(&mut self, index: Index, lane: Lane) {
        self.slots[index as usize].phase = Phase::Ready(lane);
        self.lanes[lane as usize].push(&mut self.links, index);
    }

    fn insert(&mut self, key: ObjectKey, wanted: Wanted) -> Index {
        let entry =
            Entry { key: key.clone(), phase: Phase::Ready(Lane::Live), failures: 0, wanted, link: None };
        let index = if let Some(index) = self.free.pop() {
            self.slots[index as usize] = entry;
            index
        } else {
            self.slots.push(entry);
            self.links.push(Links::UNLINKED);
            Index::try_from(self.slots.len() - 1)
                .expect("keys of more than 4 billion objects fit in no memory")
        };
        self.index.insert(key, index);
        index
    }

    fn free(&mut self, index: Index) {
        self.index.remove(&self.slots[index as usize].key);
        self.free.push(index);
    }
}

impl Entry {
    fn forget_failures(&mut self) {
        self.failures = 0;
        self.link = None;
    }
}
