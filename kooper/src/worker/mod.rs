//! The worker: one attempt after another, each from hand-out to settlement.
//!
//! A worker takes a key, asks the store what there is to do for it, decodes the object, calls the handler within its
//! span, and settles the key with what came of it. Nothing that a handler does ends a worker.

mod admit;
mod panics;
mod run;
mod watchdog;

pub(crate) use panics::{Panic, caught, install};
pub(crate) use watchdog::Watchdog;

use crate::{
    Client, Context, Error, Hooks, ObjectKey, Objects, OnError, Requeue, Trigger,
    attempts::InForce,
    context::Inner,
    error,
    finalizer::{Finalizer, Stage},
    handler::{Handler, Runnable},
    queue::{Handout, Settlement, Verdict, WorkQueue},
    store::{Change, Job, Store},
    trace::{Attempt, Failure, Identity, Link, Place},
    wire::Body,
};
use admit::Admitted;
use run::{End, run};
use std::{
    collections::HashMap,
    error::Error as StdError,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};
use tokio_util::sync::CancellationToken;

/// How many attempts of handlers that never wait a worker makes before other tasks of its thread have a turn.
const TURN: u32 = 32;

/// What the workers of one controller share.
pub(crate) struct Workers<H: Handler> {
    pub(crate) handler: H,
    pub(crate) hooks: Hooks<H>,
    pub(crate) finalizer: Option<Finalizer>,
    /// By key the version that a handler was given when its object was first held by the finalizer: what the watch tells of
    /// that write is no news.
    pub(crate) renewed: Mutex<HashMap<ObjectKey, Box<str>>>,
    /// How many attempts ended at the filter.
    pub(crate) filtered: AtomicU64,
    pub(crate) identity: Identity,
    pub(crate) controller: Arc<str>,
    /// The annotation by which objects tell their trace.
    pub(crate) annotation: Option<&'static str>,
    pub(crate) add: InForce,
    pub(crate) delete: InForce,
    pub(crate) finalize: InForce,
    pub(crate) client: Client,
    pub(crate) objects: Objects,
    pub(crate) store: Arc<Store>,
    pub(crate) queue: Arc<WorkQueue>,
    pub(crate) watchdog: Arc<Watchdog>,
    /// Fires when the shutdown begins.
    pub(crate) shutting_down: CancellationToken,
    /// Fires when the drain deadline is near: the parent of each attempt's token.
    pub(crate) cancelled: CancellationToken,
    /// Fires at the drain deadline: attempts are dropped.
    pub(crate) aborted: CancellationToken,
    /// How many attempts run.
    pub(crate) running: AtomicUsize,
}

/// How an attempt failed, and whether a retry could mend it.
struct Failed {
    failure: Failure,
    verdict: Verdict,
    /// Which handler it was, or would have been.
    of: Place,
}

impl<H: Runnable> Workers<H> {
    /// One worker, until the queue is closed. `place` is its number.
    pub(crate) async fn work(self: Arc<Self>, place: usize) {
        let mut made = 0_u32;
        while let Some(handout) = self.queue.take().await {
            self.running.fetch_add(1, Ordering::Relaxed);
            self.process(&handout, place).await;
            self.running.fetch_sub(1, Ordering::Relaxed);
            made = made.wrapping_add(1);
            if made.is_multiple_of(TURN) {
                // Handlers that never wait would else keep the thread from all other tasks until the queue is empty.
                tokio::task::yield_now().await;
            }
        }
    }

    /// One attempt.
    async fn process(&self, handout: &Handout, place: usize) {
        let Some(job) = self.store.take(&handout.key) else {
            // It came and went before any handler saw it.
            return self.queue.settle(handout.slot, &Settlement::Done, Link::default());
        };
        let admitted = match self.admit(handout, &job) {
            Ok(Admitted::Nothing) => {
                return self.queue.settle(handout.slot, &Settlement::Done, Link::default());
            }
            admitted => admitted,
        };
        let mut attempt = Attempt::begin(&self.identity, handout, &job);
        let (verdict, limits, failure) = match self.handle(handout, &job, admitted, &attempt, place).await {
            Ok(requeue) => (requeue.delay().map_or(Verdict::Done, Verdict::RequeueAfter), self.add, None),
            Err(Failed { failure, verdict, of }) => (verdict, self.in_force(of), Some(failure)),
        };
        if verdict != Verdict::Done && self.finalizer.is_some() {
            self.forget_renewal(handout);
        }
        let settlement = self.queue.decide(handout, verdict, Some((limits.retries, limits.backoff)));
        let link = attempt.settle(&settlement, failure.as_ref());
        let over = matches!(settlement, Settlement::Done | Settlement::GivenUp | Settlement::Permanent);
        if over && matches!(job, Job::Delete { .. }) && self.store.bury(&handout.key) {
            // Another object has taken the name meanwhile, and waited for this delete.
            self.queue.changed(Change { key: handout.key.clone(), trigger: Trigger::Watch, spec: true });
        }
        self.queue.settle(handout.slot, &settlement, link);
    }

    async fn handle(
        &self,
        handout: &Handout,
        job: &Job,
        admitted: Result<Admitted<H::Resource>, Failed>,
        attempt: &Attempt<'_>,
        place: usize,
    ) -> Result<Requeue, Failed> {
        match job {
            Job::Add { object, first, .. } => {
                let (resource, meta) = match admitted? {
                    Admitted::Decoded(resource, meta) => (resource, meta),
                    _ => self.decode(object, *first)?,
                };
                let Some((finalizer, meta)) = self.finalizer.as_ref().zip(meta) else {
                    let call = |ctx| async move { self.handler.on_add(ctx, resource).await };
                    return self.call(handout, attempt, Place::Add, None, place, call).await;
                };
                if finalizer.stage(&meta) == Stage::Finalize {
                    let call = |ctx| self.finalize(ctx, finalizer, resource, meta);
                    return self.call(handout, attempt, Place::Finalize, None, place, call).await;
                }
                let call = |ctx| self.add_held(ctx, finalizer, resource, meta, object, *first);
                self.call(handout, attempt, Place::Add, None, place, call).await
            }
            Job::Delete { last, .. } => {
                let key = handout.key.clone();
                let call = |ctx| async move { self.handler.on_delete(ctx, key).await };
                self.call(handout, attempt, Place::Delete, Some(last.body.clone()), place, call).await
            }
        }
    }

    /// What is in force for a handler.
    fn in_force(&self, of: Place) -> InForce {
        match of {
            Place::Add => self.add,
            Place::Delete => self.delete,
            Place::Finalize => self.finalize,
        }
    }

    /// Calls a handler within its span.
    async fn call<F: Future<Output = crate::Outcome> + Send>(
        &self,
        handout: &Handout,
        attempt: &Attempt<'_>,
        which: Place,
        last_seen: Option<Body>,
        place: usize,
        handler: impl FnOnce(Context) -> F,
    ) -> Result<Requeue, Failed> {
        let (child, limits) = (attempt.child(which), self.in_force(which));
        let cancelled = self.cancelled.child_token();
        let ctx = Context::of_attempt(Inner {
            key: handout.key.clone(),
            controller: self.controller.clone(),
            attempt: handout.attempt,
            retries: limits.retries,
            trigger: handout.trigger,
            client: self.client.clone(),
            objects: self.objects.clone(),
            last_seen,
            cancelled: cancelled.clone(),
            shutting_down: self.shutting_down.clone(),
            span: child.clone(),
            annotation: self.annotation,
        });
        let asked = self.hooks.on_error.as_ref().map(|hook| (hook, ctx.clone()));
        let watch = self.watchdog.watch(place, &handout.key);
        let run = run(handler(ctx), limits.timeout, &self.aborted, &watch);
        // Pinned here, and lent: each future that holds another by value would be twice its size.
        let judged = pin!(async {
            let end = run.await;
            // Whatever the handler left behind (tasks, threads) learns that nobody waits for it any more.
            if !matches!(end, End::Returned(_)) {
                cancelled.cancel();
            }
            let ask = |error: &Error| {
                asked.map_or(OnError::Retry, |(hook, ctx)| (hook.call)(&self.handler, error, &ctx))
            };
            judge(end, which, ask).inspect_err(|failed| attempt.child_failed(&child, &failed.failure))
        });
        attempt.around(&child, judged).await
    }
}

/// What an ended run means for its key.
fn judge(end: End, of: Place, ask: impl FnOnce(&Error) -> OnError) -> Result<Requeue, Failed> {
    let failed = |failure, verdict| Err(Failed { failure, verdict, of });
    match end {
        End::Returned(Ok(requeue)) => Ok(requeue),
        End::Returned(Err(error)) => {
            let (message, verdict) = read(error, ask);
            failed(Failure::Handler(message), verdict)
        }
        End::TimedOut(after) => {
            failed(Failure::Timeout(format!("handler timed out after {after:?}")), Verdict::Failed)
        }
        End::Panicked(panic) => failed(Failure::panic("handler", &panic), Verdict::Failed),
        End::Aborted => failed(Failure::Aborted, Verdict::Aborted),
    }
}

/// What an error says, and whether a retry could mend it; `ask` decides where the error itself does not. A panic of the
/// error's own code is no more than a poor message.
fn read(error: Error, ask: impl FnOnce(&Error) -> OnError) -> (String, Verdict) {
    let said = caught(|| (message(error.held()), error::is_permanent(error.held())));
    let said = said.map(|(message, permanent)| {
        // Where deciding panics, the error is as good as undecided: it is tried again.
        let decided = if permanent { Ok(OnError::GiveUp) } else { caught(|| ask(&error)) };
        let verdict = match decided.unwrap_or_default() {
            OnError::Retry => Verdict::Failed,
            OnError::RetryAfter(delay) => Verdict::FailedAfter(delay),
            OnError::GiveUp => Verdict::Permanent,
        };
        (message, verdict)
    });
    let _ = caught(|| drop(error));
    said.unwrap_or_else(|panic| {
        let why = panic.message();
        (format!("an error that cannot be shown, since that panicked: {why}"), Verdict::Failed)
    })
}

/// The message of an error with its causes; never empty, so that a trace always says something.
fn message(error: &(dyn StdError + 'static)) -> String {
    let message = error::chain(error);
    if message.is_empty() { format!("{error:?}") } else { message }
}

/// Decodes an object. A panic of the type's own `Deserialize` is a failure as any other.
fn decode<R: serde::de::DeserializeOwned>(body: &Body) -> Result<R, String> {
    match caught(|| body.decode()) {
        Ok(decoded) => decoded.map_err(|error| error::chain(&error)),
        Err(panic) => Err(format!("decoding panicked: {}", panic.message())),
    }
}
