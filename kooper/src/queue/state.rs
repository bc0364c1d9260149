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
//!                        │       (due)      Delayed ──▶ Limited: a retry that is due and waits for a token
//!                        └── changed while it ran, or a change of spec in Delayed or Limited
//! ```
//!
//! With `debounce`, what would make a key ready before its interval is over makes it `Delayed(Held)` until then, and a key
//! that is done with stays as `Delayed(Rest)`, so that its interval is known.

#![allow(clippy::zero_sized_map_values, reason = "without OpenTelemetry there is nothing in a link")]

#[cfg(feature = "testing")]
mod pending;

use super::{
    Backoff, Queue, Verdict,
    entry::{Entry, Handout, Lane, Phase, Settlement, Slot, Wake, Wanted, Why},
    index::{Hash, Keys},
    lane::{Index, Line},
    rate::Bucket,
};
use crate::{ObjectKey, Trigger, trace::Link};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::Instant;

/// How many hand-outs pass before one goes to a lower lane though a higher one has keys, so that nothing starves.
const AGEING: u32 = 8;

/// Where a delay ends that is beyond what the clock can tell: after 30 years, which is never.
const FAR: Duration = Duration::from_hours(30 * 365 * 24);

/// All keys that wait or run.
pub(super) struct State {
    policy: Queue,
    slots: Vec<Entry>,
    free: Vec<Index>,
    index: Keys,
    /// The root span of the attempt before, of those that failed.
    roots: BTreeMap<Index, Link>,
    /// With `debounce`: when the next run may begin.
    earliest: BTreeMap<Index, Instant>,
    lanes: [Line; 3],
    timers: BTreeSet<(Instant, Index)>,
    /// Retries that are due, in the order in which they became so, until there are tokens for them.
    limited: Line,
    bucket: Option<Bucket>,
    /// Hand-outs since a lower lane had its turn.
    picks: u32,
    chance: fastrand::Rng,
    closed: bool,
}

impl State {
    pub(super) fn new(policy: Queue) -> Self {
        Self {
            bucket: policy.rate_limit.map(Bucket::new),
            limited: Line::EMPTY,
            policy,
            slots: Vec::new(),
            free: Vec::new(),
            index: Keys::new(),
            roots: BTreeMap::new(),
            earliest: BTreeMap::new(),
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

    /// Takes a change of a key; `spec` if it is a change of spec, a delete, or the first that is heard of it.
    pub(super) fn changed(
        &mut self,
        key: ObjectKey,
        lane: Lane,
        trigger: Trigger,
        spec: bool,
        now: Instant,
    ) -> Wake {
        if self.closed {
            return Wake::NOBODY;
        }
        let wanted = Wanted { trigger, since: now, coalesced: 0 };
        let hash = self.index.hash(&key);
        let Some(index) = self.index.find(hash, |index| self.slots[index as usize].key == key) else {
            let index = self.insert(hash, Entry::new(key, wanted));
            self.push(index, lane);
            return Wake::WORKER;
        };
        let entry = &mut self.slots[index as usize];
        match entry.phase {
            Phase::Ready(old) => {
                if entry.wanted.cover(trigger, lane < old) {
                    self.lanes[old as usize].remove(&mut self.slots, index);
                    self.push(index, lane);
                }
                if spec {
                    self.forget_failures(index);
                }
                Wake::NOBODY
            }
            Phase::Delayed(Why::Backoff) | Phase::Limited if !spec => {
                entry.wanted.coalesced += 1;
                Wake::NOBODY
            }
            Phase::Delayed(Why::Held(ref mut old)) => {
                if entry.wanted.cover(trigger, lane < *old) {
                    *old = lane;
                }
                Wake::NOBODY
            }
            Phase::Delayed(ref mut why @ Why::Rest) => {
                entry.wanted = wanted;
                *why = Why::Held(lane);
                Wake::NOBODY
            }
            Phase::Delayed(Why::Backoff | Why::Asked) | Phase::Limited => {
                // What the delayed run stood for is covered by this one.
                let Wanted { since, coalesced, .. } = entry.wanted;
                entry.wanted = Wanted { coalesced, ..wanted };
                if let Phase::Limited = entry.phase {
                    self.limited.remove(&mut self.slots, index);
                } else {
                    self.timers.remove(&(since, index));
                }
                self.forget_failures(index);
                self.want(index, lane, now)
            }
            // It is being handled at this moment: that is as good as a resync.
            Phase::Running(_) if trigger == Trigger::Resync => Wake::NOBODY,
            Phase::Running(ref mut dirty @ None) => {
                entry.wanted = wanted;
                *dirty = Some((lane, spec));
                Wake::NOBODY
            }
            Phase::Running(Some((ref mut old, ref mut old_spec))) => {
                if entry.wanted.cover(trigger, lane < *old) {
                    *old = lane;
                }
                *old_spec |= spec;
                Wake::NOBODY
            }
        }
    }

    /// Hands out the next key.
    pub(super) fn take(&mut self, now: Instant) -> Option<Handout> {
        let lane = self.next_lane()?;
        let index = self.lanes[lane as usize].head()?;
        self.lanes[lane as usize].remove(&mut self.slots, index);
        if let Some(interval) = self.policy.debounce {
            self.earliest.insert(index, later(now, interval));
        }
        let entry = &mut self.slots[index as usize];
        entry.phase = Phase::Running(None);
        Some(Handout {
            slot: Slot(index),
            key: entry.key.clone(),
            attempt: entry.failures.saturating_add(1),
            trigger: entry.wanted.trigger,
            waited: now.saturating_duration_since(entry.wanted.since),
            coalesced: entry.wanted.coalesced,
            lane: lane.as_str(),
            link: self.roots.remove(&index),
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
    pub(super) fn decide(
        &mut self,
        handout: &Handout,
        verdict: Verdict,
        own: Option<(u32, Backoff)>,
    ) -> Settlement {
        let (retries, backoff) = own.unwrap_or((self.policy.retries, self.policy.backoff));
        match verdict {
            Verdict::Done => Settlement::Done,
            Verdict::RequeueAfter(delay) => Settlement::Requeued(delay),
            Verdict::Permanent => Settlement::Permanent,
            Verdict::Aborted => Settlement::Aborted,
            Verdict::Failed | Verdict::FailedAfter(_) if handout.attempt > retries => Settlement::GivenUp,
            Verdict::Failed | Verdict::FailedAfter(_) => Settlement::Retry {
                consumed: handout.attempt,
                remaining: retries - handout.attempt,
                delay: match verdict {
                    Verdict::FailedAfter(delay) => delay,
                    _ => backoff.jittered(handout.attempt - 1, self.chance.f64()),
                },
            },
        }
    }

    /// Ends the run of a key.
    pub(super) fn settle(&mut self, slot: Slot, settlement: &Settlement, link: Link, now: Instant) -> Wake {
        let index = slot.0;
        let Phase::Running(dirty) = self.slots[index as usize].phase else {
            unreachable!("only a worker that was handed a key settles it, and once")
        };
        let delay = match *settlement {
            Settlement::Retry { delay, .. } => Some((delay, Why::Backoff, Trigger::Retry)),
            Settlement::Requeued(delay) => Some((delay, Why::Asked, Trigger::Requeue)),
            Settlement::Done | Settlement::GivenUp | Settlement::Permanent | Settlement::Aborted => None,
        };
        let failed = matches!(settlement, Settlement::Retry { .. });
        if !failed {
            self.forget_failures(index);
        }
        match (dirty, delay) {
            (Some((lane, spec)), _) if spec || !failed => {
                self.forget_failures(index);
                self.want(index, lane, now)
            }
            (_, Some((delay, why, trigger))) => {
                let at = later(now, delay).max(self.earliest(index).unwrap_or(now));
                let entry = &mut self.slots[index as usize];
                let coalesced = dirty.map_or(0, |_| entry.wanted.coalesced + 1);
                entry.wanted = Wanted { trigger, since: at, coalesced };
                if failed {
                    entry.failures = entry.failures.saturating_add(1);
                    self.roots.insert(index, link);
                }
                self.delay(index, at, why)
            }
            (_, None) => {
                if let Some(at) = self.earliest(index).filter(|at| *at > now) {
                    return self.delay(index, at, Why::Rest);
                }
                self.free(index);
                Wake::NOBODY
            }
        }
    }

    /// Makes the keys ready whose time has come. Gives how many, and when to look again.
    pub(super) fn promote(&mut self, now: Instant) -> (usize, Option<Instant>) {
        let mut moved = 0;
        while let Some(&(at, index)) = self.timers.first()
            && at <= now
        {
            self.timers.pop_first();
            let Phase::Delayed(why) = self.slots[index as usize].phase else {
                unreachable!("a timer is of a delayed key: whatever ends the delay takes the timer away")
            };
            let lane = match why {
                Why::Rest => {
                    self.free(index);
                    continue;
                }
                Why::Backoff if self.bucket.is_some() => {
                    self.slots[index as usize].phase = Phase::Limited;
                    self.limited.push(&mut self.slots, index);
                    continue;
                }
                Why::Backoff | Why::Asked => Lane::Retry,
                Why::Held(lane) => lane,
            };
            self.push(index, lane);
            moved += 1;
        }
        let mut next = self.timers.first().map(|(at, _)| *at);
        if let Some(bucket) = &mut self.bucket {
            while let Some(index) = self.limited.head() {
                if let Err(refilled) = bucket.take(now) {
                    next = Some(next.map_or(refilled, |next| next.min(refilled)));
                    break;
                }
                self.limited.remove(&mut self.slots, index);
                self.slots[index as usize].phase = Phase::Ready(Lane::Retry);
                self.lanes[Lane::Retry as usize].push(&mut self.slots, index);
                moved += 1;
            }
        }
        (moved, next)
    }

    /// Makes a key ready, as soon as `debounce` allows it.
    fn want(&mut self, index: Index, lane: Lane, now: Instant) -> Wake {
        if let Some(at) = self.earliest(index).filter(|at| *at > now) {
            return self.delay(index, at, Why::Held(lane));
        }
        self.push(index, lane);
        Wake::WORKER
    }

    fn earliest(&self, index: Index) -> Option<Instant> {
        self.earliest.get(&index).copied()
    }

    /// Another run of this key is the first.
    fn forget_failures(&mut self, index: Index) {
        self.slots[index as usize].failures = 0;
        self.roots.remove(&index);
    }

    fn delay(&mut self, index: Index, at: Instant, why: Why) -> Wake {
        self.slots[index as usize].phase = Phase::Delayed(why);
        self.timers.insert((at, index));
        Wake { worker: false, timer: self.timers.first() == Some(&(at, index)) }
    }

    fn push(&mut self, index: Index, lane: Lane) {
        self.slots[index as usize].phase = Phase::Ready(lane);
        self.lanes[lane as usize].push(&mut self.slots, index);
    }

    fn insert(&mut self, hash: Hash, entry: Entry) -> Index {
        let index = if let Some(index) = self.free.pop() {
            self.slots[index as usize] = entry;
            index
        } else {
            self.slots.push(entry);
            Index::try_from(self.slots.len() - 1)
                .expect("keys of more than 4 billion objects fit in no memory")
        };
        self.index.insert(hash, index, |index| &self.slots[index as usize].key);
        index
    }

    fn free(&mut self, index: Index) {
        let hash = self.index.hash(&self.slots[index as usize].key);
        self.index.remove(hash, index);
        self.earliest.remove(&index);
        self.free.push(index);
    }
}

/// `delay` after `now`, or what is never where the clock can't tell it.
pub(super) fn later(now: Instant, delay: Duration) -> Instant {
    now.checked_add(delay).unwrap_or_else(|| now + FAR)
}
