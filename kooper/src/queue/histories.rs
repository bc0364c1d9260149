//! The queue against a plain [`model`](super::model) of its rules, over random histories.
//!
//! Both are given the same history, and must hand out the same keys in the same order, with the same counts, at the same
//! times. A history that fails is kept by proptest in `kooper/proptest-regressions`, and tried first from then on.
//!
//! Of a link between attempts it is known that a retry has one. Whether everybody is woken is told by [`Pair`], from what the
//! model has ready; in which orders that may happen on several threads, by `tests/interleavings`.

use super::{
    Backoff, Queue, RateLimit, Settlement, Verdict,
    entry::{Handout, Lane, Wake},
    model::{Key, LANES, Model},
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
        let key = Key {
            wanted: None,
            since: now,
            at: now,
            coalesced: 0,
            needs_token: false,
            running: false,
            spec: false,
            failures: 0,
            earliest: now,
        };
        let full = TOKEN * TOKENS;
        let model = Model {
            now,
            keys: vec![key; KEYS],
            passed_over: 0,
            debounce: debounce.unwrap_or_default(),
            credit: limit.map(|_| full),
            token: TOKEN,
            full,
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
                prop_assert_eq!(decided, settlement(handout.attempt - 1, verdict));
                let wake = self.state.settle(handout.slot, &decided, Link::default(), now);
                let (failed, again) = match decided {
                    Settlement::Retry { delay, .. } => (true, Some(delay)),
                    Settlement::Requeued(delay) => (false, Some(delay)),
                    _ => (false, None),
                };
                self.model.settle(key, failed, again);
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
        while let Some(at) = self.due().filter(|at| *at <= end) {
            self.look(at)?;
        }
        self.look(end)
    }

    /// When the timer has to look again, by the model: something is due, a token is refilled, or the interval of a key that is
    /// done with is over.
    fn due(&self) -> Option<Instant> {
        let Model { now, ref keys, credit, token, .. } = self.model;
        let idle = keys.iter().filter(|key| !key.running);
        let times = idle.map(|key| key.wanted.map_or(key.earliest, |_| key.at)).filter(|at| *at > now);
        let credit = credit.filter(|_| keys.iter().any(|key| key.needs_token && key.at <= now));
        times.chain(credit.map(|credit| now + token.saturating_sub(credit))).min()
    }

    fn ready(&self) -> usize {
        LANES.into_iter().map(|lane| self.model.ready(lane).count()).sum()
    }

    fn look(&mut self, now: Instant) -> Result<(), TestCaseError> {
        self.model.pass(now);
        let (moved, next) = self.state.promote(now);
        self.ready += moved;
        prop_assert_eq!((self.ready, next), (self.ready(), self.due()), "what is due");
        self.next = next;
        Ok(())
    }

    /// Whether those are woken who have something to do.
    fn woken(&mut self, wake: Wake) -> Result<(), TestCaseError> {
        let earlier = self.due().is_some_and(|at| self.next.is_none_or(|next| at < next));
        prop_assert!(wake.timer || !earlier, "the timer sleeps too long");
        self.ready += usize::from(wake.worker);
        self.look(self.model.now)
    }

    fn take(&mut self) -> Result<(), TestCaseError> {
        let (handout, run) = (self.state.take(self.model.now), self.model.take());
        prop_assert_eq!(handout.is_some(), run.is_some(), "whether a key is ready");
        let (Some(handout), Some((key, run))) = (handout, run) else { return Ok(()) };
        prop_assert_eq!(&handout.key, &self.keys[key]);
        prop_assert_eq!(handout.attempt, run.failures + 1);
        prop_assert_eq!(Some(handout.trigger), run.wanted);
        prop_assert_eq!(Some(handout.lane), run.wanted.map(|wanted| Lane::of(wanted).as_str()));
        prop_assert_eq!(handout.coalesced, run.coalesced);
        prop_assert_eq!(handout.waited, self.model.now.saturating_duration_since(run.since));
        prop_assert_eq!(handout.link.is_some(), run.failures > 0);
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
