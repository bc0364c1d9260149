//! The end of the program when there are traces enough.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::Notify;

/// Counts attempts down.
pub(crate) struct Countdown {
    left: AtomicU64,
    enough: Arc<Notify>,
}

impl Countdown {
    /// A countdown from so many attempts, and what tells its end. Without a number it has none.
    pub(crate) fn new(traces: Option<u64>) -> (Self, Arc<Notify>) {
        let enough = Arc::new(Notify::new());
        let left = AtomicU64::new(traces.unwrap_or(u64::MAX));
        (Self { left, enough: Arc::clone(&enough) }, enough)
    }

    /// Counts one attempt when what is returned is dropped.
    pub(crate) fn one(&self) -> impl Drop + '_ {
        struct One<'a>(&'a Countdown);
        impl Drop for One<'_> {
            fn drop(&mut self) {
                if self.0.left.fetch_sub(1, Ordering::Relaxed) == 1 {
                    self.0.enough.notify_one();
                }
            }
        }
        One(self)
    }
}
