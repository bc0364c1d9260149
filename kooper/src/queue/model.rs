//! The queue against a plain model of its rules, over random histories.
//!
//! The model keeps lists and looks through them; it shares no structure with [`State`]. Both are given the same history, and
//! must hand out the same keys in the same order, with the same counts, at the same times. A history that fails is kept by
//! proptest beside this file, and tried first from then on.

use super::{
    Backoff, Queue, Settlement, Verdict,
    state::{Handout, Lane, State},
};
use crate::{ObjectKey, Trigger, trace::Link};
use proptest::prelude::*;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;

const RETRIES: u32 = 2;
const KEYS: usize = 8;

/// Histories that are tried; each is up to 80 steps.
const CASES: u32 = 10_000;

fn backoff() -> Backoff {
    Backoff::new(Duration::from_millis(100), Duration::from_millis(350), 2.0, 0.0)
}

/// A run that is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Wanted {
    key: usize,
    lane: Lane,
    trigger: Trigger,
    since: Instant,
    coalesced: u32,
}

/// The rules, as one would tell them.
struct Model {
    now: Instant,
    /// In the order of their arrival in their lanes.
    ready: Vec<Wanted>,
    /// With their due time, and whether they failed.
    delayed: Vec<(Instant, bool, Wanted)>,
    /// What runs, with what came in meanwhile, and whether that was of the spec.
    running: BTreeMap<usize, Option<(Wanted, bool)>>,
    failures: [u32; KEYS],
    linked: [bool; KEYS],
    passed_over: u32,
}

impl Model {
    fn changed(&mut self, key: usize, trigger: Trigger, spec: bool) -> bool {
        let lane = Lane::of(trigger);
        let new = Wanted { key, lane, trigger, since: self.now, coalesced: 0 };
        if let Some(meanwhile) = self.running.get_mut(&key) {
            match meanwhile {
                _ if trigger == Trigger::Resync => {}
                None => *meanwhile = Some((new, spec)),
                Some((wanted, was_spec)) => {
                    wanted.coalesced += 1;
                    *was_spec |= spec;
                    if lane < wanted.lane {
                        (wanted.lane, wanted.trigger) = (lane, trigger);
                    }
                }
            }
            return false;
        }
        if let Some(at) = self.ready.iter().position(|wanted| wanted.key == key) {
            self.ready[at].coalesced += 1;
            if spec {
                self.starts_afresh(key);
            }
            if lane < self.ready[at].lane {
                let wanted = self.ready.remove(at);
                self.ready.push(Wanted { lane, trigger, ..wanted });
            }
            return false;
        }
        if let Some(at) = self.delayed.iter().position(|(.., wanted)| wanted.key == key) {
            if self.delayed[at].1 && !spec {
                self.delayed[at].2.coalesced += 1;
                return false;
            }
            let (.., delayed) = self.delayed.remove(at);
            self.starts_afresh(key);
            self.ready.push(Wanted { coalesced: delayed.coalesced, ..new });
            return true;
        }
        self.ready.push(new);
        true
    }

    fn starts_afresh(&mut self, key: usize) {
        (self.failures[key], self.linked[key]) = (0, false);
    }

    fn take(&mut self) -> Option<Wanted> {
        let first_of = |lane| self.ready.iter().position(|wanted| wanted.lane == lane);
        let mut firsts = [Lane::Live, Lane::Retry, Lane::Backlog].into_iter().filter_map(first_of);
        let best = firsts.next()?;
        let longest = firsts.min_by_key(|at| self.ready[*at].since);
        self.passed_over = if longest.is_some() { self.passed_over + 1 } else { 0 };
        let at = match longest {
            Some(longest) if self.passed_over == 8 => {
                self.passed_over = 0;
                longest
            }
            _ => best,
        };
        let wanted = self.ready.remove(at);
        self.running.insert(wanted.key, None);
        Some(wanted)
    }

    fn settle(&mut self, key: usize, verdict: Verdict) -> Settlement {
        let failures = self.failures[key];
        let settlement = match verdict {
            Verdict::Done => Settlement::Done,
            Verdict::RequeueAfter(delay) => Settlement::Requeued(delay),
            Verdict::Permanent => Settlement::Permanent,
            Verdict::Aborted => Settlement::Aborted,
            Verdict::Failed | Verdict::FailedAfter(_) if failures == RETRIES => Settlement::GivenUp,
            Verdict::Failed | Verdict::FailedAfter(_) => {
                let own = if let Verdict::FailedAfter(delay) = verdict { Some(delay) } else { None };
                let delay = own.unwrap_or_else(|| backoff().delay(failures));
                Settlement::Retry { consumed: failures + 1, remaining: RETRIES - failures - 1, delay }
            }
        };
        let failed = matches!(settlement, Settlement::Retry { .. });
        (self.failures[key], self.linked[key]) = if failed { (failures + 1, true) } else { (0, false) };
        let meanwhile = self.running.remove(&key).expect("it runs");
        match (meanwhile, settlement) {
            (Some((wanted, spec)), _) if spec || !failed => {
                self.starts_afresh(key);
                self.ready.push(wanted);
            }
            (_, Settlement::Retry { delay, .. } | Settlement::Requeued(delay)) => {
                let due = self.now + delay;
                let trigger = if failed { Trigger::Retry } else { Trigger::Requeue };
                let coalesced = meanwhile.map_or(0, |(wanted, _)| wanted.coalesced + 1);
                self.delayed.push((
                    due,
                    failed,
                    Wanted { key, lane: Lane::Retry, trigger, since: due, coalesced },
                ));
            }
            _ => {}
        }
        settlement
    }

    /// Gives how many became ready, and when the next is due.
    fn pass(&mut self, time: Duration) -> (usize, Option<Instant>) {
        self.now += time;
        let now = self.now;
        let mut due: Vec<_> = self.delayed.extract_if(.., |(at, ..)| *at <= now).collect();
        due.sort_by_key(|(at, ..)| *at);
        let count = due.len();
        self.ready.extend(due.into_iter().map(|(.., wanted)| wanted));
        (count, self.delayed.iter().map(|(at, ..)| *at).min())
    }
}

/// One step of a history. Where it names something that is not there, it is passed over.
#[derive(Debug, Clone)]
enum Step {
    Changed(usize, Trigger, bool),
    Take,
    /// Of the one that has run longest, counted round.
    Settle(usize, Verdict),
    Pass(Duration),
}

fn step() -> impl Strategy<Value = Step> {
    let trigger =
        prop_oneof![3 => Just(Trigger::Watch), 2 => Just(Trigger::List), 1 => Just(Trigger::Resync)];
    let millis = |range: std::ops::Range<u64>| range.prop_map(Duration::from_millis);
    let verdict = prop_oneof![
        3 => Just(Verdict::Done),
        4 => Just(Verdict::Failed),
        1 => millis(0..400).prop_map(Verdict::RequeueAfter),
        1 => millis(0..400).prop_map(Verdict::FailedAfter),
        1 => Just(Verdict::Permanent),
        1 => Just(Verdict::Aborted),
    ];
    prop_oneof![
        5 => (0..KEYS, trigger, any::<bool>()).prop_map(|(key, trigger, spec)| Step::Changed(key, trigger, spec)),
        4 => Just(Step::Take),
        3 => (0..KEYS, verdict).prop_map(|(which, verdict)| Step::Settle(which, verdict)),
        2 => millis(0..200).prop_map(Step::Pass),
    ]
}

/// Drives both through one history.
struct Pair {
    state: State,
    model: Model,
    keys: Vec<ObjectKey>,
    handed_out: Vec<(usize, Handout)>,
}

impl Pair {
    fn new() -> Self {
        let now = Instant::now();
        let model = Model {
            now,
            ready: Vec::new(),
            delayed: Vec::new(),
            running: BTreeMap::new(),
            failures: [0; KEYS],
            linked: [false; KEYS],
            passed_over: 0,
        };
        Self {
            state: State::new(Queue::new().retries(RETRIES).backoff(backoff())),
            model,
            keys: (0..KEYS).map(|key| ObjectKey::cluster(&key.to_string())).collect(),
            handed_out: Vec::new(),
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        // All other times are whole milliseconds: so no two keys are ever due at the same instant.
        self.model.now += Duration::from_nanos(1);
        let now = self.model.now;
        match *step {
            Step::Changed(key, trigger, spec) => {
                let woken = self.state.changed(self.keys[key].clone(), Lane::of(trigger), trigger, spec, now);
                prop_assert_eq!(woken, self.model.changed(key, trigger, spec), "whether a worker is woken");
            }
            Step::Take => self.take()?,
            Step::Settle(which, verdict) if !self.handed_out.is_empty() => {
                let (key, handout) = self.handed_out.remove(which % self.handed_out.len());
                let settlement = self.state.decide(&handout, verdict);
                let ready = self.model.ready.len();
                prop_assert_eq!(settlement, self.model.settle(key, verdict));
                let settled = self.state.settle(handout.slot, &settlement, Link::default(), now);
                prop_assert_eq!(settled.ready, self.model.ready.len() > ready, "whether a worker is woken");
            }
            Step::Settle(..) => {}
            Step::Pass(time) => {
                let moved = self.model.pass(time);
                prop_assert_eq!(self.state.promote(self.model.now), moved, "what is due");
            }
        }
        Ok(())
    }

    fn take(&mut self) -> Result<(), TestCaseError> {
        let (handout, wanted) = (self.state.take(self.model.now), self.model.take());
        prop_assert_eq!(handout.is_some(), wanted.is_some(), "whether a key is ready");
        let (Some(handout), Some(wanted)) = (handout, wanted) else { return Ok(()) };
        let linked = std::mem::take(&mut self.model.linked[wanted.key]);
        prop_assert_eq!(&handout.key, &self.keys[wanted.key]);
        prop_assert_eq!(handout.attempt, self.model.failures[wanted.key] + 1);
        prop_assert_eq!(handout.trigger, wanted.trigger);
        prop_assert_eq!(handout.coalesced, wanted.coalesced);
        prop_assert_eq!(handout.waited, self.model.now.saturating_duration_since(wanted.since));
        prop_assert_eq!(handout.link.is_some(), linked);
        self.handed_out.push((wanted.key, handout));
        Ok(())
    }

    /// Ends what runs and takes all that is left, so that nothing stays unseen in a history's end.
    fn drain(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..KEYS * 4 {
            self.step(&Step::Settle(0, Verdict::Done))?;
            self.step(&Step::Pass(Duration::from_secs(1)))?;
            self.step(&Step::Take)?;
        }
        prop_assert!(self.handed_out.is_empty() && self.state.take(self.model.now).is_none());
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn the_queue_does_what_the_model_does(history in proptest::collection::vec(step(), 1..80)) {
        let mut pair = Pair::new();
        for step in &history {
            pair.step(step)?;
        }
        pair.drain()?;
    }
}
