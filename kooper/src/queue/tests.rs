//! The rules of the queue, one test each.

use super::{
    Backoff, Queue, RateLimit, Settlement, Verdict,
    entry::{Handout, Lane},
    state::State,
};
use crate::{ObjectKey, Trigger, trace::Link};
use std::time::Duration;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

/// A queue with a clock that the test moves.
struct Bench {
    state: State,
    now: Instant,
}

impl Bench {
    fn new(retries: u32) -> Self {
        Self::with(retries, |policy| policy)
    }

    fn with(retries: u32, set: impl FnOnce(Queue) -> Queue) -> Self {
        let policy = Queue::new().retries(retries).backoff(Backoff::new(SECOND, SECOND * 60, 2.0, 0.0));
        Self { state: State::new(set(policy)), now: Instant::now() }
    }

    fn changed(&mut self, name: &str, trigger: Trigger, spec: bool) -> bool {
        self.state.changed(ObjectKey::cluster(name), Lane::of(trigger), trigger, spec, self.now).worker
    }

    fn take(&mut self) -> Handout {
        self.state.take(self.now).expect("a key is ready")
    }

    fn names(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.state.take(self.now)).map(|handout| handout.key.to_string()).collect()
    }

    fn end(&mut self, handout: &Handout, verdict: Verdict) -> Settlement {
        let settlement = self.state.decide(handout, verdict, None);
        self.state.settle(handout.slot, &settlement, Link::default(), self.now);
        settlement
    }

    fn pass(&mut self, time: Duration) -> usize {
        self.now += time;
        self.state.promote(self.now).0
    }
}

#[test]
fn keys_of_a_lane_leave_first_in_first_out() {
    let mut bench = Bench::new(3);
    let names = ["c", "a", "d", "b"];
    for name in names {
        assert!(bench.changed(name, Trigger::Watch, true));
    }
    assert_eq!(bench.names(), names);
}

#[test]
fn live_changes_go_before_the_backlog_which_still_has_its_turn() {
    let mut bench = Bench::new(3);
    for n in 0..4 {
        bench.changed(&format!("old-{n}"), Trigger::List, true);
    }
    for n in 0..20 {
        bench.changed(&format!("live-{n}"), Trigger::Watch, true);
    }
    let names = bench.names();
    assert_eq!(names[..7].iter().filter(|name| name.starts_with("live")).count(), 7);
    assert_eq!(names[7], "old-0", "each eighth hand-out goes to a lower lane");
    assert_eq!(names.len(), 24);
}

#[test]
fn changes_to_a_waiting_key_are_one_run_that_counts_them() {
    let mut bench = Bench::new(3);
    assert!(bench.changed("a", Trigger::List, true));
    bench.now += SECOND;
    assert!(!bench.changed("a", Trigger::Watch, true));
    assert!(!bench.changed("a", Trigger::Resync, false));
    bench.changed("b", Trigger::List, true);
    let a = bench.take();
    assert_eq!((a.key.name(), a.trigger, a.coalesced, a.waited), ("a", Trigger::Watch, 2, SECOND));
    assert_eq!(bench.names(), ["b"]);
}

#[test]
fn a_key_that_runs_is_not_handed_out_again_until_it_is_settled() {
    let mut bench = Bench::new(3);
    bench.changed("a", Trigger::Watch, true);
    let a = bench.take();
    assert!(!bench.changed("a", Trigger::Watch, true));
    assert!(!bench.changed("a", Trigger::Watch, false));
    assert!(bench.state.take(bench.now).is_none());
    bench.end(&a, Verdict::Done);
    let again = bench.take();
    assert_eq!((again.key.name(), again.attempt, again.coalesced), ("a", 1, 1));
    bench.end(&again, Verdict::Done);
    assert!(bench.state.take(bench.now).is_none());
}

#[test]
fn a_failure_is_tried_again_after_its_backoff_until_it_is_given_up() {
    let mut bench = Bench::new(2);
    bench.changed("a", Trigger::Watch, true);
    let first = bench.take();
    assert_eq!(
        bench.end(&first, Verdict::Failed),
        Settlement::Retry { consumed: 1, remaining: 1, delay: SECOND }
    );
    assert_eq!(bench.pass(SECOND / 2), 0);
    assert_eq!(bench.pass(SECOND / 2), 1);
    let second = bench.take();
    assert_eq!((second.attempt, second.trigger), (2, Trigger::Retry));
    assert!(second.link.is_some());
    assert_eq!(
        bench.end(&second, Verdict::Failed),
        Settlement::Retry { consumed: 2, remaining: 0, delay: SECOND * 2 }
    );
    bench.pass(SECOND * 2);
    let third = bench.take();
    assert_eq!(bench.end(&third, Verdict::Failed), Settlement::GivenUp);
    assert_eq!(bench.pass(SECOND * 1000), 0);
    bench.changed("a", Trigger::Watch, false);
    assert_eq!(bench.take().attempt, 1, "the next change starts afresh");
}

#[test]
fn success_resets_the_count_of_failures() {
    let mut bench = Bench::new(1);
    for _ in 0..3 {
        bench.changed("a", Trigger::Watch, false);
        let first = bench.take();
        assert_eq!(first.attempt, 1);
        bench.end(&first, Verdict::Failed);
        bench.pass(SECOND);
        let second = bench.take();
        assert_eq!(second.attempt, 2);
        bench.end(&second, Verdict::Done);
    }
}

#[test]
fn a_change_of_spec_ends_a_backoff_and_any_other_waits_for_it() {
    let mut bench = Bench::new(3);
    bench.changed("a", Trigger::Watch, true);
    let first = bench.take();
    bench.end(&first, Verdict::Failed);
    assert!(!bench.changed("a", Trigger::Watch, false));
    assert!(bench.state.take(bench.now).is_none());
    assert!(bench.changed("a", Trigger::Watch, true));
    let second = bench.take();
    assert_eq!((second.attempt, second.coalesced, second.link.is_none()), (1, 1, true));
    bench.end(&second, Verdict::Done);
    assert_eq!(bench.pass(SECOND * 60), 0, "the timer went with the backoff");
}

#[test]
fn a_change_while_a_failing_run_goes_on_waits_for_the_backoff_unless_it_is_of_the_spec() {
    for (spec, attempt) in [(false, 2), (true, 1)] {
        let mut bench = Bench::new(3);
        bench.changed("a", Trigger::Watch, true);
        let first = bench.take();
        bench.changed("a", Trigger::Watch, spec);
        bench.end(&first, Verdict::Failed);
        assert_eq!(bench.state.take(bench.now).is_some(), spec);
        if !spec {
            bench.pass(SECOND);
            let second = bench.take();
            assert_eq!((second.attempt, second.coalesced), (attempt, 1));
        }
    }
}

#[test]
fn a_requeue_is_no_failure_and_any_change_comes_before_it() {
    let mut bench = Bench::new(3);
    bench.changed("a", Trigger::Watch, true);
    let first = bench.take();
    assert_eq!(bench.end(&first, Verdict::RequeueAfter(SECOND * 30)), Settlement::Requeued(SECOND * 30));
    assert!(bench.changed("a", Trigger::Watch, false));
    let second = bench.take();
    bench.end(&second, Verdict::RequeueAfter(SECOND * 30));
    assert_eq!(bench.pass(SECOND * 30), 1);
    let third = bench.take();
    assert_eq!((third.trigger, third.attempt), (Trigger::Requeue, 1));
}

#[test]
fn a_delay_beyond_the_clock_is_never_over() {
    let mut bench = Bench::new(3);
    bench.changed("a", Trigger::Watch, true);
    let first = bench.take();
    bench.end(&first, Verdict::RequeueAfter(Duration::MAX));
    assert_eq!(bench.pass(SECOND * 86_400 * 365), 0);
    assert!(bench.changed("a", Trigger::Watch, false), "a change still comes before it");
}

#[test]
fn a_permanent_failure_and_an_aborted_one_are_forgotten() {
    for verdict in [Verdict::Permanent, Verdict::Aborted] {
        let mut bench = Bench::new(3);
        bench.changed("a", Trigger::Watch, true);
        let first = bench.take();
        bench.end(&first, verdict);
        assert_eq!(bench.pass(SECOND * 1000), 0);
        assert!(bench.state.take(bench.now).is_none());
    }
}

#[test]
fn a_resync_of_a_key_that_runs_is_covered_by_the_run() {
    let mut bench = Bench::new(3);
    bench.changed("a", Trigger::Watch, true);
    let first = bench.take();
    bench.changed("a", Trigger::Resync, false);
    bench.end(&first, Verdict::Done);
    assert!(bench.state.take(bench.now).is_none());
}

#[test]
fn between_two_runs_of_a_key_there_is_the_debounce_interval_and_nothing_is_lost() {
    let mut bench = Bench::with(3, |policy| policy.debounce(SECOND * 10));
    bench.changed("a", Trigger::Watch, true);
    let first = bench.take();
    bench.pass(SECOND);
    assert!(!bench.changed("a", Trigger::Watch, true), "it runs");
    bench.end(&first, Verdict::Done);
    assert!(bench.state.take(bench.now).is_none(), "the change while it ran waits");
    assert!(!bench.changed("a", Trigger::Watch, true), "as do others");
    assert!(bench.changed("b", Trigger::Watch, true), "another key does not");
    assert_eq!(bench.names(), ["b"]);
    assert_eq!(bench.pass(SECOND * 9), 1);
    let second = bench.take();
    assert_eq!((second.key.name(), second.coalesced, second.waited), ("a", 1, SECOND * 9));
    bench.end(&second, Verdict::Done);
    bench.pass(SECOND * 9);
    assert!(!bench.changed("a", Trigger::Resync, false), "done with, its interval is still known");
    assert_eq!(bench.pass(SECOND), 1);
    let third = bench.take();
    assert_eq!(third.trigger, Trigger::Resync);
    bench.end(&third, Verdict::Done);
    assert_eq!(bench.pass(SECOND * 10), 0);
    assert!(bench.changed("a", Trigger::Watch, false), "after a quiet interval it runs at once");
}

#[test]
fn a_retry_a_requeue_and_a_change_of_spec_keep_the_debounce_interval() {
    for (verdict, spec) in
        [(Verdict::Failed, false), (Verdict::Failed, true), (Verdict::RequeueAfter(SECOND), false)]
    {
        let mut bench = Bench::with(3, |policy| policy.debounce(SECOND * 10));
        bench.changed("a", Trigger::Watch, true);
        let first = bench.take();
        bench.end(&first, verdict);
        assert!(!bench.changed("a", Trigger::Watch, spec));
        assert_eq!(bench.pass(SECOND * 9), 0, "{verdict:?}");
        assert_eq!(bench.pass(SECOND), 1, "{verdict:?}");
    }
}

#[test]
fn retries_take_turns_at_the_tokens_and_nothing_else_needs_one() {
    let mut bench = Bench::with(3, |policy| {
        policy.backoff(Backoff::constant(SECOND)).rate_limit(RateLimit::new(2, SECOND * 20))
    });
    for name in ["a", "b", "c", "d", "e"] {
        bench.changed(name, Trigger::Watch, true);
    }
    for _ in 0..5 {
        let handout = bench.take();
        bench.end(&handout, Verdict::Failed);
    }
    assert_eq!(bench.pass(SECOND), 2, "the bucket was full");
    assert_eq!(bench.names(), ["a", "b"]);
    assert!(bench.changed("c", Trigger::Watch, true), "a change of spec needs no token");
    assert!(bench.changed("f", Trigger::Watch, true), "nor does a first run");
    assert_eq!(bench.names(), ["c", "f"]);
    assert!(!bench.changed("d", Trigger::Watch, false), "any other change waits on");
    assert_eq!(bench.state.promote(bench.now), (0, Some(bench.now + SECOND * 10)));
    assert_eq!(bench.pass(SECOND * 10), 1);
    let d = bench.take();
    assert_eq!((d.key.name(), d.attempt, d.waited), ("d", 2, SECOND * 10));
    assert_eq!(bench.pass(SECOND * 10), 1);
    assert_eq!(bench.names(), ["e"]);
}
