//! One run of a handler: bounded in time, its panic caught, its polls watched.

use super::{
    panics::{Panic, caught},
    watchdog::Watch,
};
use crate::Outcome;
use std::{
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// How a run ended.
pub(super) enum End {
    Returned(Outcome),
    TimedOut(Duration),
    Panicked(Panic),
    Aborted,
}

/// Runs a handler to its end, or to what ends it first. The handler's future is dropped before this returns; a panic of
/// its drop goes no further.
pub(super) async fn run(
    handler: impl Future<Output = Outcome> + Send,
    timeout: Option<Duration>,
    aborted: &CancellationToken,
    watch: &Watch<'_>,
) -> End {
    let mut handler = pin!(Some(handler));
    let guarded = Guarded { handler: handler.as_mut(), watch };
    let limit = async {
        match timeout {
            Some(limit) => {
                tokio::time::sleep(limit).await;
                limit
            }
            None => std::future::pending().await,
        }
    };
    let end = tokio::select! {
        // What has ended has ended, even if its time ran out in the same moment.
        biased;
        end = guarded => end,
        limit = limit => End::TimedOut(limit),
        () = aborted.cancelled() => End::Aborted,
    };
    // The panic hook has told of it; how the run ended is what matters.
    let _ = caught(|| handler.set(None));
    end
}

/// A handler's future whose panics are caught and whose polls are watched.
struct Guarded<'a, F> {
    handler: Pin<&'a mut Option<F>>,
    watch: &'a Watch<'a>,
}

impl<F: Future<Output = Outcome>> Future for Guarded<'_, F> {
    type Output = End;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<End> {
        let this = &mut *self;
        let handler = this.handler.as_mut().as_pin_mut().expect("it is dropped after the last poll");
        let polled = this.watch.during(|| caught(|| handler.poll(cx)));
        match polled {
            Ok(polled) => polled.map(End::Returned),
            // The future is not polled again, so what the panic broke in it is not seen by anyone.
            Err(panic) => Poll::Ready(End::Panicked(panic)),
        }
    }
}
