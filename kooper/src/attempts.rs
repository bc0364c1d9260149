//! What holds for the attempts of one handler.

use crate::{Backoff, ConfigError, Queue};
use std::time::Duration;

/// How one handler is tried, where it is not as the controller says: `#[handler(..)]` in the attribute's block.
///
/// What is not set is the controller's. An object has one count of failures, whichever handler failed.
///
/// ```
/// use kooper::Attempts;
/// use std::time::Duration;
///
/// let _ = Attempts::new().retries(10).timeout(Duration::from_mins(5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[must_use = "it says nothing unless a spec or a controller is given it"]
pub struct Attempts {
    pub(crate) retries: Option<u32>,
    pub(crate) backoff: Option<Backoff>,
    /// The longest there is stands for none at all.
    pub(crate) timeout: Option<Duration>,
}

impl Attempts {
    /// As the controller says.
    pub const fn new() -> Self {
        Self { retries: None, backoff: None, timeout: None }
    }

    /// How often an object is tried again after a failure of this handler; the controller's `retries` unless set. See [`Queue::retries`].
    pub const fn retries(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }

    /// The time before each retry after a failure of this handler; the controller's `backoff` unless set.
    pub const fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = Some(backoff);
        self
    }

    /// How long one attempt of this handler may take; the controller's `timeout` unless set, `None` for no limit.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = Some(timeout.into().unwrap_or(Duration::MAX));
        self
    }

    /// Whether it can work.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.timeout.is_some_and(|timeout| timeout.is_zero()) {
            let problem = "of a handler must be longer than zero".into();
            return Err(ConfigError::Range { setting: "timeout", problem });
        }
        self.backoff.map_or(Ok(()), |backoff| backoff.check())
    }
}

/// The attempts of each handler.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Each {
    pub(crate) add: Attempts,
    pub(crate) delete: Attempts,
    pub(crate) finalize: Attempts,
}

impl Each {
    /// Each with its name.
    pub(crate) fn named(&self) -> [(&'static str, &Attempts); 3] {
        [("add", &self.add), ("delete", &self.delete), ("finalize", &self.finalize)]
    }
}

/// What is in force for a handler.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct InForce {
    pub(crate) retries: u32,
    pub(crate) backoff: Backoff,
    pub(crate) timeout: Option<Duration>,
}

impl InForce {
    pub(crate) fn of(attempts: &Attempts, queue: &Queue, timeout: Option<Duration>) -> Self {
        Self {
            retries: attempts.retries.unwrap_or(queue.retries),
            backoff: attempts.backoff.unwrap_or(queue.backoff),
            timeout: attempts.timeout.or(timeout).filter(|limit| *limit < Duration::MAX),
        }
    }
}
