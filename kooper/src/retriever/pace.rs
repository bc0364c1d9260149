//! How soon a stream tries again: a backoff of its own, forgotten only after a healthy time.

use super::Trouble;
use crate::Backoff;
use std::time::Duration;
use tokio::time::Instant;

/// client-go's reflector waits 0.8 s to 30 s.
const ORDINARY: Backoff = Backoff::new(Duration::from_millis(800), Duration::from_secs(30), 2.0, 0.5);

/// Where a person must act first, the server is asked less often.
const SLOW: Backoff = Backoff::new(Duration::from_secs(2), Duration::from_mins(1), 2.0, 0.2);

/// The longest `Retry-After` that is kept: a mistaken one must not silence a controller for hours.
const PATIENCE: Duration = Duration::from_mins(5);

/// How long a stream must be well before its next trouble counts as the first.
const HEALTHY: Duration = Duration::from_secs(30);

/// The pace of one stream.
#[derive(Default)]
pub(super) struct Pace {
    troubles: u32,
    well_since: Option<Instant>,
}

impl Pace {
    /// An answer came, and was what it should be.
    pub(super) fn well(&mut self) {
        self.well_since.get_or_insert_with(Instant::now);
    }

    /// How many troubles there were since the stream was last well for a while.
    pub(super) fn in_a_row(&self) -> u32 {
        self.troubles
    }

    /// How long to wait after this trouble.
    pub(super) fn after(&mut self, trouble: &Trouble) -> Duration {
        if self.well_since.take().is_some_and(|since| since.elapsed() >= HEALTHY) {
            self.troubles = 0;
        }
        let backoff = if trouble.needs_a_person() { SLOW } else { ORDINARY };
        let delay = backoff.jittered(self.troubles, fastrand::f64());
        self.troubles = self.troubles.saturating_add(1);
        trouble.retry_after().map_or(delay, |asked| delay.max(asked.min(PATIENCE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> Trouble {
        Trouble::Lost("reset".into())
    }

    #[tokio::test(start_paused = true)]
    async fn delays_grow_until_the_stream_was_well_for_a_while() {
        let mut pace = Pace::default();
        let first = pace.after(&lost());
        for _ in 0..5 {
            pace.well();
            tokio::time::advance(HEALTHY / 2).await;
            pace.after(&lost());
        }
        assert!(pace.after(&lost()) > first * 4);
        pace.well();
        tokio::time::advance(HEALTHY).await;
        assert!(pace.after(&lost()) <= Duration::from_millis(1200));
    }

    #[test]
    fn what_the_server_asks_for_is_kept() {
        let busy =
            Trouble::Busy { code: 429, message: String::new(), retry_after: Some(Duration::from_secs(40)) };
        assert!(Pace::default().after(&busy) >= Duration::from_secs(40));
    }
}
