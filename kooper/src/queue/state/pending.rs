//! What the queue still has to do, for tests that wait until it has nothing.

use super::State;
use crate::queue::entry::{Phase, Why};
use tokio::time::Instant;

impl State {
    /// The first `limit` keys found that are ready, run, or wait for their retry, each with how it stands.
    ///
    /// A requeue that a handler asked for counts once it is due: it may well be asked for again and again.
    pub(in super::super) fn pending(&self, now: Instant, limit: usize) -> Vec<String> {
        let stands = self.index.iter().filter_map(|index| {
            let entry = &self.slots[index as usize];
            let attempt = entry.failures.saturating_add(1);
            let due_in = |at: Instant| {
                let wait = at.saturating_duration_since(now);
                format!("waiting for attempt {attempt}, due in {wait:?}")
            };
            let stand = match entry.phase {
                Phase::Ready(_) => format!("ready for attempt {attempt}"),
                Phase::Running(_) => format!("running, attempt {attempt}"),
                Phase::Delayed(Why::Rest) => return None,
                Phase::Delayed(Why::Asked) if entry.wanted.since > now => return None,
                Phase::Limited => {
                    format!("waiting for attempt {attempt}, until the limit of retries lets it")
                }
                Phase::Delayed(Why::Held(_)) => due_in(self.earliest(index).unwrap_or(now)),
                Phase::Delayed(Why::Backoff | Why::Asked) => due_in(entry.wanted.since),
            };
            Some(format!("{}: {stand}", entry.key))
        });
        stands.take(limit).collect()
    }
}
