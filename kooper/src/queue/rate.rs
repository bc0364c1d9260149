//! The limit of retries: a bucket of tokens that all objects of a controller share.

use super::state::later;
use crate::ConfigError;
use std::time::Duration;
use tokio::time::Instant;

/// So many retries in a time, of all objects of a controller together.
///
/// A bucket holds `count` tokens and is full at first; it is refilled evenly, with `count` tokens in each `per`. Each retry
/// takes one. So after a quiet time `count` retries may come at once.
///
/// ```
/// use kooper::{Queue, RateLimit};
/// use std::time::Duration;
///
/// // What client-go does: 10 a second. As an argument: `rate_limit = "10/s"`.
/// let queue = Queue::new().rate_limit(RateLimit::new(10, Duration::from_secs(1)));
/// # assert_ne!(queue, Queue::new());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    count: u32,
    per: Duration,
}

impl std::fmt::Display for RateLimit {
    /// `10 in 1s`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in {:?}", self.count, self.per)
    }
}

impl RateLimit {
    /// `count` retries, at least one, in each `per`, which is longer than zero.
    pub const fn new(count: u32, per: Duration) -> Self {
        Self { count, per }
    }

    pub(super) fn check(self) -> Result<(), ConfigError> {
        let fault = |problem: &str| {
            let problem = problem.into();
            Err(ConfigError::Range { setting: "rate_limit", problem })
        };
        if self.count == 0 {
            return fault("needs a count of at least 1; for no retries set `retries` to 0");
        }
        if self.per.is_zero() {
            return fault("needs a time that is longer than zero");
        }
        Ok(())
    }
}

/// The tokens, told by one moment: when the bucket will be full again.
#[derive(Debug)]
pub(super) struct Bucket {
    /// The time in which one token is refilled.
    token: Duration,
    /// The time in which all but one are.
    slack: Duration,
    full: Option<Instant>,
}

impl Bucket {
    pub(super) fn new(limit: RateLimit) -> Self {
        let token = limit.per / limit.count.max(1);
        Self { token, slack: token * limit.count.saturating_sub(1), full: None }
    }

    /// Takes a token.
    ///
    /// # Errors
    ///
    /// Where there is none: when there will be one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        let missing = self.full.map_or(Duration::ZERO, |full| full.saturating_duration_since(now));
        if let Some(wait) = missing.checked_sub(self.slack).filter(|wait| !wait.is_zero()) {
            return Err(later(now, wait));
        }
        self.full = Some(later(now, missing + self.token));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_bucket_is_full_at_first_and_then_refilled_evenly() {
        let mut bucket = Bucket::new(RateLimit::new(4, SECOND));
        let began = Instant::now();
        for _ in 0..4 {
            assert_eq!(bucket.take(began), Ok(()));
        }
        assert_eq!(bucket.take(began), Err(began + SECOND / 4));
        assert_eq!(bucket.take(began + SECOND / 4), Ok(()));
        assert_eq!(bucket.take(began + SECOND / 4), Err(began + SECOND / 2));
        let later = began + SECOND * 100;
        let at_once = (0..10).take_while(|_| bucket.take(later).is_ok()).count();
        assert_eq!(at_once, 4, "a long rest gives no more than a full bucket");
    }
}
