//! How keys wait: retries, backoff, workers. The settings of the queue, as the attribute writes them.

use super::RateLimit;
use crate::ConfigError;
use std::time::Duration;

/// How the keys of a controller wait and are tried again.
///
/// | setting | default | |
/// |---|---|---|
/// | `retries` | 3 | failures after which an object is given up: at most 1 + `retries` attempts |
/// | `backoff` | [`Backoff::default`] | the time between them |
/// | `workers` | 3 | objects handled at the same time |
/// | [`debounce`](Self::debounce) | none | the shortest time between two runs of one object |
/// | [`rate_limit`](Self::rate_limit) | none | how many retries there may be in a time, of all objects together |
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    pub(crate) retries: u32,
    pub(crate) backoff: Backoff,
    pub(crate) workers: u32,
    pub(crate) debounce: Option<Duration>,
    pub(crate) rate_limit: Option<RateLimit>,
}

impl Default for Queue {
    fn default() -> Self {
        Self { retries: 3, backoff: Backoff::default(), workers: 3, debounce: None, rate_limit: None }
    }
}

impl Queue {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often an object that fails is tried again before it is given up; 3 unless set, 0 for never, `u32::MAX` for ever.
    ///
    /// Success and giving up both reset the count; so does a change of the object's spec.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The time that a failed object waits before it is tried again: [`Backoff::default`] unless set, which grows from 5 ms by a
    /// factor of 2 to 1000 s, with a jitter of 0.1.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// How many objects are handled at the same time; 3 unless set, at least 1. One object is never handled twice at once.
    #[must_use]
    pub fn workers(mut self, workers: u32) -> Self {
        self.workers = workers;
        self
    }

    /// The shortest time from the beginning of one run of an object to that of its next, be that for a change, a retry, a
    /// requeue or a resync; `None`, the default, for none.
    ///
    /// The first change is handled at once. What comes within the interval is handled at its end, in one run with the newest
    /// state: nothing is lost, and an object that changes all the time is handled once an interval.
    #[must_use]
    pub fn debounce(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.debounce = interval.into();
        self
    }

    /// How many retries there may be in a time, of all objects of the controller together; `None`, the default, for any number.
    ///
    /// A retry waits for its backoff, then in turn for the limit. First runs, changes, requeues and resyncs are not limited: a
    /// change of spec still runs at once, and leaves its place in the line to others.
    #[must_use]
    pub fn rate_limit(mut self, limit: impl Into<Option<RateLimit>>) -> Self {
        self.rate_limit = limit.into();
        self
    }

    /// Whether it can work.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let fault = |setting, problem: &str| Err(ConfigError::Range { setting, problem: problem.into() });
        if self.workers == 0 {
            return fault("workers", "must be at least 1: with no workers no handler ever runs");
        }
        if self.debounce.is_some_and(|interval| interval.is_zero()) {
            return fault("debounce", "must be longer than zero");
        }
        if let Some(limit) = &self.rate_limit {
            limit.check()?;
        }
        self.backoff.check()
    }
}

/// The time before each retry: `min(max, initial · factorⁿ)` after the n-th failure in a row (from 0), moved at random by
/// up to `jitter` of it, so that objects that failed together are not tried again together.
///
/// The default is client-go's, with jitter: 5 ms, doubled each time, at most 1000 s, jitter 0.1.
///
/// ```
/// use kooper::Backoff;
/// use std::time::Duration;
///
/// let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1), 2.0, 0.0);
/// let delays: Vec<u128> = (0..5).map(|failures| backoff.delay(failures).as_millis()).collect();
/// assert_eq!(delays, [100, 200, 400, 800, 1000]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    initial: Duration,
    max: Duration,
    factor: f64,
    jitter: f64,
}

/// The same delay each time.
impl From<Duration> for Backoff {
    fn from(delay: Duration) -> Self {
        Self::constant(delay)
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::growing()
    }
}

impl std::fmt::Display for Backoff {
    /// `from 5ms to 1000s, times 2, jitter 0.1`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { initial, max, factor, jitter } = self;
        write!(f, "from {initial:?} to {max:?}, times {factor}, jitter {jitter}")
    }
}

impl Backoff {
    /// The delay after the first failure, the longest delay, what each delay is multiplied by, and the share of it
    /// that chance may add or take away (0 to 1).
    pub const fn new(initial: Duration, max: Duration, factor: f64, jitter: f64) -> Self {
        Self { initial, max, factor, jitter }
    }

    /// The default, for its setters to change: from 5 ms, doubled each time, to 1000 s, with a jitter of 0.1.
    pub const fn growing() -> Self {
        Self::new(Duration::from_millis(5), Duration::from_secs(1000), 2.0, 0.1)
    }

    /// The same delay each time, without jitter.
    pub const fn constant(delay: Duration) -> Self {
        Self::new(delay, delay, 1.0, 0.0)
    }

    /// The delay after the first failure; 5 ms unless set.
    #[must_use]
    pub const fn initial(self, initial: Duration) -> Self {
        Self { initial, ..self }
    }

    /// The longest delay; 1000 s unless set. Not shorter than [`initial`](Self::initial).
    #[must_use]
    pub const fn max(self, max: Duration) -> Self {
        Self { max, ..self }
    }

    /// What each delay is multiplied by to get the next; 2 unless set, at least 1.
    #[must_use]
    pub const fn factor(self, factor: f64) -> Self {
        Self { factor, ..self }
    }

    /// The share of a delay that chance may add or take away, from 0 to 1; 0.1 unless set.
    #[must_use]
    pub const fn jitter(self, jitter: f64) -> Self {
        Self { jitter, ..self }
    }

    /// The delay after `failures` earlier failures in a row, before jitter.
    pub fn delay(&self, failures: u32) -> Duration {
        if self.initial.is_zero() {
            // Nothing, however often multiplied; infinity times nothing would be the longest delay.
            return Duration::ZERO;
        }
        let factor = self.factor.powi(i32::try_from(failures).unwrap_or(i32::MAX));
        let seconds = self.initial.as_secs_f64() * factor;
        // Infinity and overflow end at the longest delay as well.
        Duration::try_from_secs_f64(seconds).map_or(self.max, |delay| delay.min(self.max))
    }

    /// The delay after `failures` earlier failures, moved by `chance`, a number from 0 to 1.
    pub(crate) fn jittered(&self, failures: u32, chance: f64) -> Duration {
        let delay = self.delay(failures);
        let share = 1.0 + self.jitter * (2.0 * chance - 1.0);
        Duration::try_from_secs_f64(delay.as_secs_f64() * share).map_or(self.max, |delay| delay.min(self.max))
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let fault = |problem: &str| Err(ConfigError::Range { setting: "backoff", problem: problem.into() });
        if !(self.factor >= 1.0 && self.factor.is_finite()) {
            return fault("needs a `factor` of at least 1: delays would shrink with every retry");
        }
        if !(0.0..=1.0).contains(&self.jitter) {
            return fault("needs a `jitter` from 0.0 to 1.0: it is a share of the delay");
        }
        if self.max < self.initial {
            return fault("needs a `max` that is not shorter than `initial`");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_by_the_factor_up_to_the_longest() {
        let backoff = Backoff::default();
        assert_eq!(backoff.delay(0), Duration::from_millis(5));
        assert_eq!(backoff.delay(3), Duration::from_millis(40));
        for failures in [18, 60, 2000, u32::MAX] {
            assert_eq!(backoff.delay(failures), Duration::from_secs(1000), "after {failures} failures");
        }
        let at_once = Backoff::new(Duration::ZERO, Duration::from_secs(10), 2.0, 0.1);
        assert_eq!(at_once.delay(u32::MAX), Duration::ZERO);
    }

    #[test]
    fn jitter_moves_a_delay_by_its_share_and_never_beyond_the_longest() {
        let backoff = Backoff::new(Duration::from_secs(10), Duration::from_secs(10), 1.0, 0.1);
        assert_eq!(backoff.jittered(0, 0.0), Duration::from_secs(9));
        assert_eq!(backoff.jittered(0, 0.5), Duration::from_secs(10));
        assert_eq!(backoff.jittered(0, 1.0), Duration::from_secs(10));
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        let second = Duration::from_secs(1);
        for (queue, word) in [
            (Queue::new().workers(0), "workers"),
            (Queue::new().debounce(Duration::ZERO), "debounce"),
            (Queue::new().rate_limit(RateLimit::new(0, second)), "rate_limit"),
            (Queue::new().rate_limit(RateLimit::new(1, Duration::ZERO)), "rate_limit"),
            (Queue::new().backoff(Backoff::new(second, second, 0.5, 0.0)), "factor"),
            (Queue::new().backoff(Backoff::new(second, second, f64::NAN, 0.0)), "factor"),
            (Queue::new().backoff(Backoff::new(second, second, 1.0, 1.5)), "jitter"),
            (Queue::new().backoff(Backoff::new(second * 2, second, 1.0, 0.0)), "max"),
        ] {
            let error = queue.check().expect_err(word).to_string();
            assert!(error.contains(word), "{error}");
        }
        assert!(Queue::new().check().is_ok());
    }
}
