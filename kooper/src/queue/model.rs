//! The rules of the queue as one would tell them: the reference that [`histories`](super::histories) compares it with.
//!
//! It keeps a record a key and looks at all of them for whatever it is asked. It has no slots, lines, timers or wake-ups, no
//! jitter, no links, and shares nothing with [`State`](super::state::State) but the order of the lanes. No two things ever happen at the
//! same instant.

use super::entry::Lane;
use crate::Trigger;
use std::time::Duration;
use tokio::time::Instant;

/// Best first.
pub(super) const LANES: [Lane; 3] = [Lane::Live, Lane::Retry, Lane::Backlog];

/// A key; while it runs, `wanted` and what belongs to it are of its next run.
#[derive(Clone, Copy)]
pub(super) struct Key {
    pub(super) wanted: Option<Trigger>,
    pub(super) since: Instant,
    /// When it is ready: that is its place in its lane too.
    pub(super) at: Instant,
    pub(super) coalesced: u32,
    pub(super) needs_token: bool,
    pub(super) running: bool,
    /// Whether its spec changed while it ran.
    pub(super) spec: bool,
    pub(super) failures: u32,
    /// When `debounce` lets its next run begin.
    pub(super) earliest: Instant,
}

pub(super) struct Model {
    pub(super) now: Instant,
    pub(super) keys: Vec<Key>,
    /// Hand-outs since a lower lane had its turn.
    pub(super) passed_over: u32,
    pub(super) debounce: Duration,
    /// What is in the bucket of tokens, as the time that it took to refill it; `None` for no limit.
    pub(super) credit: Option<Duration>,
    pub(super) token: Duration,
    pub(super) full: Duration,
}

impl Model {
    pub(super) fn changed(&mut self, key: usize, trigger: Trigger, spec: bool) {
        let (now, key) = (self.now, &mut self.keys[key]);
        if key.running && trigger == Trigger::Resync {
            return;
        }
        key.spec |= spec;
        key.failures = if spec { 0 } else { key.failures };
        let delayed = key.needs_token || key.at > now;
        match key.wanted {
            Some(Trigger::Retry) if delayed && !spec => key.coalesced += 1,
            Some(wanted) if !delayed || Lane::of(wanted) != Lane::Retry => {
                key.coalesced += 1;
                if Lane::of(trigger) < Lane::of(wanted) {
                    (key.wanted, key.at) = (Some(trigger), key.at.max(now));
                }
            }
            _ => {
                (key.wanted, key.needs_token) = (Some(trigger), false);
                (key.since, key.at) = (now, now.max(key.earliest));
            }
        }
    }

    pub(super) fn ready(&self, lane: Lane) -> impl Iterator<Item = (usize, &Key)> {
        let wanted = move |key: &Key| key.wanted.is_some_and(|wanted| Lane::of(wanted) == lane);
        let ready = move |key: &Key| wanted(key) && !key.running && key.at <= self.now && !key.needs_token;
        self.keys.iter().enumerate().filter(move |(_, key)| ready(key))
    }

    pub(super) fn take(&mut self) -> Option<(usize, Key)> {
        let first = |lane| self.ready(lane).min_by_key(|(_, key)| key.at);
        let mut firsts = LANES.into_iter().filter_map(first);
        let best = firsts.next()?;
        let below = firsts.min_by_key(|(_, key)| key.since);
        let passed_over = below.map_or(0, |_| self.passed_over + 1);
        let (at, &key) = below.filter(|_| passed_over == 8).unwrap_or(best);
        self.passed_over = passed_over % 8;
        let earliest = self.now + self.debounce;
        self.keys[at] = Key { wanted: None, coalesced: 0, running: true, spec: false, earliest, ..key };
        Some((at, key))
    }

    /// Ends a run: `again` is when there is to be another, as one that failed or as one that asked for it.
    pub(super) fn settle(&mut self, key: usize, failed: bool, again: Option<Duration>) {
        let (now, limited, key) = (self.now, self.credit.is_some(), &mut self.keys[key]);
        key.running = false;
        key.failures = if failed && !key.spec { key.failures + 1 } else { 0 };
        if key.wanted.is_some() && (key.spec || !failed) {
            key.at = now.max(key.earliest);
        } else if let Some(delay) = again {
            key.coalesced += u32::from(key.wanted.is_some());
            key.wanted = Some(if failed { Trigger::Retry } else { Trigger::Requeue });
            key.needs_token = failed && limited;
            key.at = (now + delay).max(key.earliest);
            key.since = key.at;
        }
    }

    pub(super) fn pass(&mut self, now: Instant) {
        let passed = now - std::mem::replace(&mut self.now, now);
        let Some(credit) = &mut self.credit else { return };
        *credit = (*credit + passed).min(self.full);
        let due = self.keys.iter_mut().filter(|key| key.needs_token && key.at <= now);
        if let Some(key) = due.min_by_key(|key| key.at).filter(|_| *credit >= self.token) {
            *credit -= self.token;
            (key.needs_token, key.at) = (false, now);
        }
    }
}
