//! The queue against a plain model of its rules, over random histories.
//!
//! The model keeps a record a key and looks at all of them for whatever it is asked; it shares no structure with [`State`].
//! Both are given the same history, and must hand out the same keys in the same order, with the same counts, at the same
//! times. A history that fails is kept by proptest in `kooper/proptest-regressions`, and tried first from then on.
//!
//! The model has no slots, lines, timers or wake-ups, no jitter, and no links between attempts: of a link it is known that a
//! retry has one. Whether everybody is woken is told by [`Pair`], from what the model has ready; in which orders that may happen on several
//! threads, by `tests/interleavings`.

use super::{
    Backoff, Queue, RateLimit, Settlement, Verdict,
    entry::{Handout, Lane, Wake},
    state::State,
};
use crate::{ObjectKey, Trigger, trace::Link};
use proptest::prelude::*;
use std::time::Duration;
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

/// A run that is wanted.
#[derive(Debug, Clone, Copy)]
struct Run {
    lane: Lane,
    trigger: Trigger,
    since: Instant,
    coalesced: u32,
    /// When it is ready: that is its place in its lane too.
    at: Instant,
    /// Whether it needs a token before it is.
    token: bool,
}

#[derive(Clone, Copy)]
struct Key {
    /// While it runs: the next run.
    wanted: Option<Run>,
    running: bool,
    /// Whether its spec changed while it ran.
    spec: bool,
    failures: u32,
    /// When its next run may begin.
    earliest: Instant,
}

/// The rules, as one would tell them. No two things ever happen at the same instant.
struct Model {
    now: Instant,
    debounce: Duration,
    /// What is in the bucket, as the time that it took to refill it; and since when.
    credit: Option<(Duration, Instant)>,
    keys: [Key; KEYS],
    passed_over: u32,
}

impl Model {
    fn changed(&mut self, at: usize, trigger: Trigger, spec: bool) {
        let (now, lane, key) = (self.now, Lane::of(trigger), &mut self.keys[at]);
        if key.running && trigger == Trigger::Resync {
            return;
        }
        key.spec |= spec;
        key.failures = if spec && !key.running { 0 } else { key.failures };
        let new = Run { lane, trigger, since: now, coalesced: 0, at: now.max(key.earliest), token: false };
        let Some(run) = key.wanted else { return key.wanted = Some(new) };
        let more = Run { coalesced: run.coalesced + 1, ..run };
        let waits = run.at > now || run.token;
        key.wanted = Some(match run.trigger {
            Trigger::Retry if waits && !spec => more,
            Trigger::Retry | Trigger::Requeue if waits => Run { coalesced: run.coalesced, ..new },
            _ if lane < run.lane => Run { lane, trigger, at: run.at.max(now), ..more },
            _ => more,
        });
    }

    fn ready(&self) -> impl Iterator<Item = (usize, Run)> {
        let idle = self.keys.iter().enumerate().filter(|(_, key)| !key.running);
        let wanted = idle.filter_map(|(at, key)| Some((at, key.wanted?)));
        wanted.filter(|(_, run)| run.at <= self.now && !run.token)
    }

    fn take(&mut self) -> Option<(usize, Run)> {
        let of_lane = |lane| self.ready().filter(move |(_, run)| run.lane == lane);
        let first_of = |lane| of_lane(lane).min_by_key(|(_, run)| run.at);
        let mut firsts = [Lane::Live, Lane::Retry, Lane::Backlog].into_iter().filter_map(first_of);
        let best = firsts.next()?;
        let longest = firsts.min_by_key(|(_, run)| run.since);
        self.passed_over = longest.map_or(0, |_| self.passed_over + 1);
        let (at, run) = longest.filter(|_| self.passed_over == 8).unwrap_or(best);
        self.passed_over %= 8;
        let (failures, earliest) = (self.keys[at].failures, self.now + self.debounce);
        self.keys[at] = Key { wanted: None, running: true, spec: false, failures, earliest };
        Some((at, run))
    }

    fn settle(&mut self, at: usize, settlement: Settlement) {
        let (now, key) = (self.now, &mut self.keys[at]);
        let (failed, trigger, delay) = match settlement {
            Settlement::Retry { delay, .. } => (true, Trigger::Retry, Some(delay)),
            Settlement::Requeued(delay) => (false, Trigger::Requeue, Some(delay)),
            _ => (false, Trigger::Watch, None),
        };
        key.running = false;
        key.failures = if failed && !key.spec { key.failures + 1 } else { 0 };
        key.wanted = match key.wanted {
            Some(run) if key.spec || !failed => Some(Run { at: now.max(key.earliest), ..run }),
            meanwhile => delay.map(|delay| {
                let (at, coalesced) =
                    ((now + delay).max(key.earliest), meanwhile.map_or(0, |run| run.coalesced + 1));
                let token = failed && self.credit.is_some();
                Run { lane: Lane::Retry, trigger, since: at, coalesced, at, token }
            }),
        };
    }

    fn pass(&mut self, now: Instant) {
        self.now = now;
        let Some((credit, since)) = &mut self.credit else { return };
        *credit = (*credit + (now - *since)).min(TOKEN * TOKENS);
        *since = now;
        let wanted = self.keys.iter_mut().filter_map(|key| key.wanted.as_mut());
        let limited = wanted.filter(|run| run.token && run.at <= now).min_by_key(|run| run.at);
        if let Some(run) = limited.filter(|_| *credit >= TOKEN) {
            *credit -= TOKEN;
            (run.token, run.at) = (false, now);
        }
    }

    /// When the clock has to look again: something is due, a token is refilled, or the interval of a key that is done with
    /// is over.
    fn next(&self) -> Option<Instant> {
        let idle = self.keys.iter().filter(|key| !key.running);
        let times = idle.map(|key| key.wanted.map_or(key.earliest, |run| run.at));
        let limited = |key: &Key| key.wanted.is_some_and(|run| run.token && run.at <= self.now);
        let refilled = self.credit.filter(|_| self.keys.iter().any(limited));
        let refilled = refilled.map(|(credit, since)| since + TOKEN.saturating_sub(credit));
        times.filter(|at| *at > self.now).chain(refilled).min()
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

/// What an attempt that ends so comes to, after so many failures.
fn settlement(failures: u32, verdict: Verdict) -> Settlement {
    let delay = match verdict {
        Verdict::Done => return Settlement::Done,
        Verdict::RequeueAfter(delay) => return Settlement::Requeued(delay),
        Verdict::Permanent => return Settlement::Permanent,
        Verdict::Aborted => return Settlement::Aborted,
        _ if failures == RETRIES => return Settlement::GivenUp,
        Verdict::Failed => backoff().delay(failures),
        Verdict::FailedAfter(delay) => delay,
    };
    Settlement::Retry { consumed: failures + 1, remaining: RETRIES - failures - 1, delay }
}

/// Drives both through one history.
struct Pair {
    state: State,
    model: Model,
    keys: Vec<ObjectKey>,
    handed_out: Vec<(usize, Handout)>,
    /// Keys that the queue has told to be ready and that were not taken.
    ready: usize,
    /// When the timer looks again.
    next: Option<Instant>,
}

impl Pair {
    fn new(debounced: bool, limited: bool) -> Self {
        let now = Instant::now();
        let debounce = debounced.then_some(DEBOUNCE);
        let limit = limited.then_some(RateLimit::new(TOKENS, TOKEN * TOKENS));
        let policy = Queue::new().retries(RETRIES).backoff(backoff()).debounce(debounce).rate_limit(limit);
        let key = Key { wanted: None, running: false, spec: false, failures: 0, earliest: now };
        let model = Model {
            now,
            debounce: debounce.unwrap_or_default(),
            credit: limit.map(|_| (TOKEN * TOKENS, now)),
            keys: [key; KEYS],
            passed_over: 0,
        };
        Self {
            state: State::new(policy),
            model,
            keys: (0..KEYS).map(|key| ObjectKey::cluster(&key.to_string())).collect(),
            handed_out: Vec::new(),
            ready: 0,
            next: None,
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        // All other times are whole milliseconds: so no two things ever happen at the same instant.
        self.pass(Duration::from_nanos(1))?;
        let now = self.model.now;
        match *step {
            Step::Changed(key, trigger, spec) => {
                let wake = self.state.changed(self.keys[key].clone(), Lane::of(trigger), trigger, spec, now);
                self.model.changed(key, trigger, spec);
                self.woken(wake)?;
            }
            Step::Take => self.take()?,
            Step::Settle(which, verdict) if !self.handed_out.is_empty() => {
                let (key, handout) = self.handed_out.remove(which % self.handed_out.len());
                let decided = self.state.decide(&handout, verdict, None);
                prop_assert_eq!(decided, settlement(self.model.keys[key].failures, verdict));
                let wake = self.state.settle(handout.slot, &decided, Link::default(), now);
                self.model.settle(key, decided);
                self.woken(wake)?;
            }
            Step::Settle(..) => {}
            Step::Pass(time) => self.pass(time)?,
        }
        Ok(())
    }

    /// Lets time go by, with the timer looking whenever it has to.
    fn pass(&mut self, time: Duration) -> Result<(), TestCaseError> {
        let end = self.model.now + time;
        while let Some(at) = self.model.next().filter(|at| *at <= end) {
            self.look(at)?;
        }
        self.look(end)
    }

    fn look(&mut self, now: Instant) -> Result<(), TestCaseError> {
        self.model.pass(now);
        let (moved, next) = self.state.promote(now);
        self.ready += moved;
        prop_assert_eq!((self.ready, next), (self.model.ready().count(), self.model.next()), "what is due");
        self.next = next;
        Ok(())
    }

    /// Whether those are woken who have something to do.
    fn woken(&mut self, wake: Wake) -> Result<(), TestCaseError> {
        let earlier = self.model.next().is_some_and(|at| self.next.is_none_or(|next| at < next));
        prop_assert!(wake.timer || !earlier, "the timer sleeps too long");
        self.ready += usize::from(wake.worker);
        self.look(self.model.now)
    }

    fn take(&mut self) -> Result<(), TestCaseError> {
        let (handout, run) = (self.state.take(self.model.now), self.model.take());
        prop_assert_eq!(handout.is_some(), run.is_some(), "whether a key is ready");
        let (Some(handout), Some((key, run))) = (handout, run) else { return Ok(()) };
        let failures = self.model.keys[key].failures;
        prop_assert_eq!(&handout.key, &self.keys[key]);
        prop_assert_eq!(handout.attempt, failures + 1);
        prop_assert_eq!(handout.trigger, run.trigger);
        prop_assert_eq!(handout.coalesced, run.coalesced);
        prop_assert_eq!(handout.waited, self.model.now.saturating_duration_since(run.since));
        prop_assert_eq!(handout.link.is_some(), failures > 0);
        self.ready -= 1;
        self.handed_out.push((key, handout));
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
