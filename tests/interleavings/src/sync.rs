//! The synchronisation of the queue, under a scheduler that tries its orders.

use shuttle::sync::atomic::{AtomicUsize, Ordering};
pub(crate) use shuttle::sync::{Mutex, MutexGuard};
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use tokio::{sync, time::Instant};

/// tokio's own, with a place before each step where another task may go on. What happens within a step is tokio's to prove.
pub(crate) struct Notify {
    notify: sync::Notify,
    place: AtomicUsize,
}

impl Notify {
    pub(crate) fn new() -> Self {
        Self { notify: sync::Notify::new(), place: AtomicUsize::new(0) }
    }

    /// A use of what others use as well, which is such a place: unlike a `yield` it says nothing of who is to go on.
    fn place(&self) {
        self.place.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn notify_one(&self) {
        self.place();
        self.notify.notify_one();
    }

    pub(crate) fn notify_waiters(&self) {
        self.place();
        self.notify.notify_waiters();
    }

    pub(crate) fn notified(&self) -> Notified<'_> {
        self.place();
        Notified { notified: Box::pin(self.notify.notified()), of: self }
    }
}

pub(crate) struct Notified<'a> {
    notified: Pin<Box<sync::futures::Notified<'a>>>,
    of: &'a Notify,
}

impl Notified<'_> {
    pub(crate) fn enable(mut self: Pin<&mut Self>) -> bool {
        self.of.place();
        self.notified.as_mut().enable()
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.of.place();
        self.notified.as_mut().poll(cx)
    }
}

/// Time passes whenever nothing else does.
pub(crate) async fn sleep_until(_: Instant) {
    shuttle::future::yield_now().await;
}
