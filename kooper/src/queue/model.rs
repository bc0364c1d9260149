//! The queue against a plain model of its rules, over random histories.
//!
//! The model keeps one list and looks through it; it shares no structure with [`State`]. Both are given the same history, and
//! must hand out the same keys in the same order, with the same counts, at the same times. A history that fails is kept by
//! proptest beside this file, and tried first from then on.

use super::{
    Backoff, Queue, RateLimit, Settlement, Verdict,
    entry::{Handout, Lane, Wake},
    state::State,
};
use crate::{ObjectKey, Trigger, trace::Link};
use proptest::prelude::*;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;

const RETRIES: u32 = 2;
const KEYS: usize = 8;

/// Histories that are tried; each is up to 80 steps.
const CASES: u32 = 10_000;

/// The shortest time between two runs of a key, where there is one.
const DEBOUNCE: Duration = Duration::from_millis(150);

/// The bucket, where there is one: as many tokens, each of which takes so long to be refilled.
const TOKENS: u32 = 2;
const TOKEN: Duration = Duration::from_millis(70);

fn backoff() -> Backoff {
    Backoff::new(Duration::from_millis(100), Duration::from_millis(350), 2.0, 0.0)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    Ready,
    Backoff(Instant),
    Limited,
    Asked(Instant),
    Held(Instant),
}

/// A run that is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    key: usize,
    lane: Lane,
    trigger: Trigger,
    since: Instant,
    coalesced: u32,
    stage: Stage,
}

impl Run {
    /// Takes one more change; gives whether that brings it to a better lane.
    fn cover(&mut self, Run { lane, trigger, .. }: Run) -> bool {
        self.coalesced += 1;
        let better = lane < self.lane;
        if better {
            (self.lane, self.trigger) = (lane, trigger);
        }
        better
    }

    fn due(&self) -> Option<Instant> {
        match self.stage {
            Stage::Backoff(at) | Stage::Asked(at) | Stage::Held(at) => Some(at),
            Stage::Ready | Stage::Limited => None,
        }
    }
}

/// The rules, as one would tell them.
struct Model {
    now: Instant,
    debounce: Option<Duration>,
    /// What is in the bucket, as the time that it took to refill it; and since when.
    credit: Option<(Duration, Instant)>,
    /// In the order in which they came to their stage.
    waiting: Vec<Run>,
    /// What runs, with what came in meanwhile, and whether that was of the spec.
    running: BTreeMap<usize, Option<(Run, bool)>>,
    failures: [u32; KEYS],
    /// When the next run of a key may begin.
    earliest: [Instant; KEYS],
    passed_over: u32,
}

impl Model {
    fn changed(&mut self, key: usize, trigger: Trigger, spec: bool) {
        let new =
            Run { key, lane: Lane::of(trigger), trigger, since: self.now, coalesced: 0, stage: Stage::Ready };
        if let Some(meanwhile) = self.running.get_mut(&key) {
            match meanwhile {
                _ if trigger == Trigger::Resync => {}
                None => *meanwhile = Some((new, spec)),
                Some((run, was_spec)) => {
                    run.cover(new);
                    *was_spec |= spec;
                }
            }
            return;
        }
        let Some(at) = self.waiting.iter().position(|run| run.key == key) else { return self.want(new) };
        let waits = matches!(self.waiting[at].stage, Stage::Backoff(_) | Stage::Limited);
        if waits && !spec {
            self.waiting[at].coalesced += 1;
            return;
        }
        if spec {
            self.failures[key] = 0;
        }
        let mut run = self.waiting.remove(at);
        if waits || matches!(run.stage, Stage::Asked(_)) {
            return self.want(Run { coalesced: run.coalesced, ..new });
        }
        let place = if run.cover(new) { self.waiting.len() } else { at };
        self.waiting.insert(place, run);
    }

    fn want(&mut self, run: Run) {
        let earliest = self.earliest[run.key];
        let stage = if earliest > self.now { Stage::Held(earliest) } else { Stage::Ready };
        self.waiting.push(Run { stage, ..run });
    }

    fn take(&mut self) -> Option<Run> {
        let is_first = |run: &Run, lane| run.stage == Stage::Ready && run.lane == lane;
        let first_of = |lane| self.waiting.iter().position(|run| is_first(run, lane));
        let mut firsts = [Lane::Live, Lane::Retry, Lane::Backlog].into_iter().filter_map(first_of);
        let best = firsts.next()?;
        let longest = firsts.min_by_key(|at| self.waiting[*at].since);
        self.passed_over = if longest.is_some() { self.passed_over + 1 } else { 0 };
        let at = longest.filter(|_| self.passed_over == 8).unwrap_or(best);
        self.passed_over %= 8;
        let run = self.waiting.remove(at);
        self.running.insert(run.key, None);
        self.earliest[run.key] = self.now + self.debounce.unwrap_or_default();
        Some(run)
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
        self.failures[key] = if failed { failures + 1 } else { 0 };
        let meanwhile = self.running.remove(&key).expect("it runs");
        match (meanwhile, settlement) {
            (Some((run, spec)), _) if spec || !failed => {
                self.failures[key] = 0;
                self.want(run);
            }
            (_, Settlement::Retry { delay, .. } | Settlement::Requeued(delay)) => {
                let since = (self.now + delay).max(self.earliest[key]);
                let (trigger, stage) = if failed {
                    (Trigger::Retry, Stage::Backoff(since))
                } else {
                    (Trigger::Requeue, Stage::Asked(since))
                };
                let coalesced = meanwhile.map_or(0, |(run, _)| run.coalesced + 1);
                self.waiting.push(Run { key, lane: Lane::Retry, trigger, since, coalesced, stage });
            }
            _ => {}
        }
        settlement
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        let now = self.now;
        let mut due: Vec<_> =
            self.waiting.extract_if(.., |run| run.due().is_some_and(|at| at <= now)).collect();
        due.sort_by_key(Run::due);
        for run in due {
            let limited = self.credit.is_some() && matches!(run.stage, Stage::Backoff(_));
            self.waiting.push(Run { stage: if limited { Stage::Limited } else { Stage::Ready }, ..run });
        }
        let Some((credit, since)) = &mut self.credit else { return };
        *credit = (*credit + (now - *since)).min(TOKEN * TOKENS);
        *since = now;
        while let Some(at) = self.waiting.iter().position(|run| run.stage == Stage::Limited)
            && *credit >= TOKEN
        {
            *credit -= TOKEN;
            let run = self.waiting.remove(at);
            self.waiting.push(Run { stage: Stage::Ready, ..run });
        }
    }

    fn ready(&self) -> usize {
        self.waiting.iter().filter(|run| run.stage == Stage::Ready).count()
    }

    /// When the clock has to look again: something is due, a token is refilled, or the interval of a key that is done with
    /// is over.
    fn next(&self) -> Option<Instant> {
        let due = self.waiting.iter().filter_map(Run::due);
        let limited = self.waiting.iter().any(|run| run.stage == Stage::Limited);
        let refilled =
            self.credit.filter(|_| limited).map(|(credit, since)| since + TOKEN.saturating_sub(credit));
        let known =
            |key: &usize| self.running.contains_key(key) || self.waiting.iter().any(|run| run.key == *key);
        let rests = (0..KEYS).filter(|key| !known(key)).map(|key| self.earliest[key]);
        due.chain(refilled).chain(rests.filter(|at| *at > self.now)).min()
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
    fn new(debounced: bool, limited: bool) -> Self {
        let now = Instant::now();
        let debounce = debounced.then_some(DEBOUNCE);
        let limit = limited.then_some(RateLimit::new(TOKENS, TOKEN * TOKENS));
        let policy = Queue::new().retries(RETRIES).backoff(backoff()).debounce(debounce).rate_limit(limit);
        let model = Model {
            now,
            debounce,
            credit: limit.map(|_| (TOKEN * TOKENS, now)),
            waiting: Vec::new(),
            running: BTreeMap::new(),
            failures: [0; KEYS],
            earliest: [now; KEYS],
            passed_over: 0,
        };
        Self {
            state: State::new(policy),
            model,
            keys: (0..KEYS).map(|key| ObjectKey::cluster(&key.to_string())).collect(),
            handed_out: Vec::new(),
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        // All other times are whole milliseconds: so no two keys are ever due at the same instant.
        self.model.now += Duration::from_nanos(1);
        let (now, ready, next) = (self.model.now, self.model.ready(), self.model.next());
        match *step {
            Step::Changed(key, trigger, spec) => {
                let wake = self.state.changed(self.keys[key].clone(), Lane::of(trigger), trigger, spec, now);
                self.model.changed(key, trigger, spec);
                self.woken(wake, ready, next)?;
            }
            Step::Take => self.take()?,
            Step::Settle(which, verdict) if !self.handed_out.is_empty() => {
                let (key, handout) = self.handed_out.remove(which % self.handed_out.len());
                let settlement = self.state.decide(&handout, verdict, None);
                prop_assert_eq!(settlement, self.model.settle(key, verdict));
                let wake = self.state.settle(handout.slot, &settlement, Link::default(), now);
                self.woken(wake, ready, next)?;
            }
            Step::Settle(..) => {}
            Step::Pass(time) => {
                self.model.pass(time);
                let moved = self.state.promote(self.model.now);
                prop_assert_eq!(moved, (self.model.ready() - ready, self.model.next()), "what is due");
            }
        }
        Ok(())
    }

    /// Whether those are woken who have something to do, where `ready` keys were ready before and the timer knew `next`.
    fn woken(&self, wake: Wake, ready: usize, next: Option<Instant>) -> Result<(), TestCaseError> {
        prop_assert_eq!(wake.worker, self.model.ready() > ready, "whether a worker is woken");
        let earlier = self.model.next().is_some_and(|at| next.is_none_or(|next| at < next));
        prop_assert!(wake.timer || !earlier, "the timer sleeps too long");
        Ok(())
    }

    fn take(&mut self) -> Result<(), TestCaseError> {
        let (handout, run) = (self.state.take(self.model.now), self.model.take());
        prop_assert_eq!(handout.is_some(), run.is_some(), "whether a key is ready");
        let (Some(handout), Some(run)) = (handout, run) else { return Ok(()) };
        let failures = self.model.failures[run.key];
        prop_assert_eq!(&handout.key, &self.keys[run.key]);
        prop_assert_eq!(handout.attempt, failures + 1);
        prop_assert_eq!(handout.trigger, run.trigger);
        prop_assert_eq!(handout.coalesced, run.coalesced);
        prop_assert_eq!(handout.waited, self.model.now.saturating_duration_since(run.since));
        prop_assert_eq!(handout.link.is_some(), failures > 0);
        self.handed_out.push((run.key, handout));
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
    fn the_queue_does_what_the_model_does(
        debounced in any::<bool>(),
        limited in any::<bool>(),
        history in proptest::collection::vec(step(), 1..80),
    ) {
        let mut pair = Pair::new(debounced, limited);
        for step in &history {
            pair.step(step)?;
        }
        pair.drain()?;
    }
}
