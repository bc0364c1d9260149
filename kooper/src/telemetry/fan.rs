//! The queues of several exporters as one sink.

use super::{
    export::Batches,
    sink::{Ended, Sink},
};
use std::{thread, time::Duration};

/// Gives each span to every exporter. At the end they are waited for at the same time: one that hangs takes nothing from the
/// others, and all of them together take no longer than one.
#[derive(Debug)]
pub(super) struct Fan(Vec<Batches>);

impl Fan {
    pub(super) fn new(exporters: Vec<Batches>) -> Self {
        Self(exporters)
    }

    /// Does something with all of them at once; whether it went well with each.
    fn all(&self, one: impl Fn(&Batches) -> bool + Sync) -> bool {
        let Some((last, others)) = self.0.split_last() else {
            return true;
        };
        let one = &one;
        thread::scope(|scope| {
            let start = |batches| {
                thread::Builder::new().spawn_scoped(scope, move || one(batches)).map_err(|_| batches)
            };
            let started: Vec<_> = others.iter().map(start).collect();
            let last = one(last);
            started.into_iter().fold(last, |good, started| {
                good & match started {
                    Ok(thread) => thread.join().unwrap_or_default(),
                    // The system has no thread left; then one after the other.
                    Err(batches) => one(batches),
                }
            })
        })
    }
}

impl Sink for Fan {
    fn take(&self, ended: Ended) {
        if let Some((last, others)) = self.0.split_last() {
            for batches in others {
                batches.take(ended.clone());
            }
            last.take(ended);
        }
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.all(|batches| batches.flush(timeout))
    }

    fn end(&self, timeout: Duration) -> bool {
        self.all(|batches| batches.end(timeout))
    }
}
