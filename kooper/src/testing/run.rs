//! A controller under test: put to work on the cluster in one line, and waited for.

use std::{
    fmt::{self, Write as _},
    panic::resume_unwind,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{sync::oneshot, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{
    cluster::{Api, Cluster},
    request::Reader,
};
use crate::{Controller, Readiness, Result, handler::Runnable, retriever::Intake};

/// How long [`Run::settle`] waits in real time.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it waits where tokio's clock runs faster, because it is paused.
const PAUSED_PATIENCE: Duration = Duration::from_hours(24);
/// How often it looks at the two clocks while nothing happens.
const LOOK: Duration = PATIENCE;
/// The shortest time of tokio's clock. A paused clock moves on by it only when no task has anything to do.
const TICK: Duration = Duration::from_millis(1);
/// How many keys and requests the message of a wait in vain shows.
const SHOWN: usize = 8;

impl Cluster {
    /// Puts a controller to work on this cluster, in the background, with all that [`kooper::run`](crate::run) would do but
    /// listen for signals.
    ///
    /// It works under `tokio::time::pause`: nothing between the controller and the cluster is a socket or a thread, so the
    /// paused clock moves only when both have nothing to do, and no timeout of theirs fires while work is in flight.
    ///
    /// ```
    /// use k8s_openapi::api::core::v1::Pod;
    /// use kooper::{Context, controller, testing::Cluster};
    /// use std::{sync::{Arc, atomic::{AtomicUsize, Ordering}}, time::Duration};
    ///
    /// #[derive(Clone, Default)]
    /// struct Counter(Arc<AtomicUsize>);
    ///
    /// #[controller(resource = Pod, resync = "3m")]
    /// impl Counter {
    ///     async fn add(&self, _pod: Pod) -> kooper::Result {
    ///         self.0.fetch_add(1, Ordering::Relaxed);
    ///         Ok(())
    ///     }
    /// }
    ///
    /// # fn main() {
    /// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
    /// // In a test: #[tokio::test(start_paused = true)]
    /// let cluster = Cluster::new();
    /// cluster.put(serde_json::json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web" } }));
    ///
    /// let counter = Counter::default();
    /// let run = cluster.run(counter.clone());
    /// run.settle().await;
    /// assert_eq!(counter.0.load(Ordering::Relaxed), 1);
    ///
    /// // Three minutes, in a millisecond.
    /// tokio::time::sleep(Duration::from_secs(180)).await;
    /// run.settle().await;
    /// assert_eq!(counter.0.load(Ordering::Relaxed), 2);
    /// run.stop().await.unwrap();
    /// # });
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with its time driver.
    pub fn run<H: Runnable>(&self, handler: H) -> Run {
        self.run_with(handler, |controller| controller)
    }

    /// The same with settings of the test's own: `cluster.run_with(handler, |controller| controller.workers(1))`.
    ///
    /// A client or a `stop_when` that is set there is not used: the client is this cluster's, and the run is stopped by
    /// [`Run::stop`] or by dropping it.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with its time driver.
    pub fn run_with<H: Runnable>(
        &self,
        handler: H,
        adjust: impl FnOnce(Controller<H>) -> Controller<H>,
    ) -> Run {
        static READERS: AtomicU64 = AtomicU64::new(0);
        let reader = Reader(READERS.fetch_add(1, Ordering::Relaxed));
        let controller = adjust(Controller::new(handler));
        let name = controller.spec().name.clone();
        let readiness = controller.readiness();
        let streams = controller.spec().retriever.namespaces.len().max(1);
        let limits = controller.limits();
        let (stop, stopped) = oneshot::channel::<()>();
        let handlers = crate::client::traced(&self.client());
        let started =
            controller.checked().map(|controller| controller.start(&self.client_of(reader), handlers));
        let intake = started.as_ref().ok().map(crate::running::Running::intake);
        let end = started.as_ref().err().map(|error| format!("{error:?}"));
        let end = Arc::new(Mutex::new(end));
        let task = tokio::spawn({
            let end = Arc::clone(&end);
            async move {
                let stopped = async { drop(stopped.await) };
                let at_once = CancellationToken::new();
                let ended = match started {
                    Ok(running) => running.until(stopped, limits.0, limits.1, &at_once).await,
                    Err(error) => Err(error),
                };
                let said = ended.as_ref().map_or_else(|error| format!("{error:?}"), |()| "stopped".into());
                *end.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
                ended
            }
        });
        Run { name, api: self.api(), reader, streams, intake, readiness, stop, task: Task(task), end }
    }
}

/// A controller under test, at work on a [`Cluster`] until it is stopped or dropped.
///
/// Made by [`Cluster::run`]. [`stop`](Self::stop) drains it, as a signal would; dropping it ends it where it stands.
#[must_use = "the controller ends when this is dropped"]
pub struct Run {
    name: String,
    api: Arc<Api>,
    reader: Reader,
    streams: usize,
    /// `None` where it could not start.
    intake: Option<Arc<Intake>>,
    readiness: Readiness,
    stop: oneshot::Sender<()>,
    task: Task,
    /// How it ended.
    end: Arc<Mutex<Option<String>>>,
}

/// The task of a controller, which ends with this.
struct Task(JoinHandle<Result>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Run {
    /// Waits until the controller has nothing to do:
    ///
    /// * it has read everything once, its watches are open, and they have told of the cluster's newest change;
    /// * no key is ready or being handled;
    /// * no key waits for its retry: with `backoff = "10s"` that is a wait of 10 s, or of no time under a paused clock. An
    ///   object that fails for ever is waited for until it is given up.
    ///
    /// Not waited for are a [`Requeue`](crate::Requeue) and a resync that are not due yet: move the clock for these, and
    /// settle again. Nor are tasks that a handler has spawned.
    ///
    /// Under a paused clock nothing else in the runtime has anything to do either when this returns, and the clock has moved
    /// by at least 1 ms. On several threads and the real clock, what another thread has not yet begun is not seen.
    ///
    /// # Panics
    ///
    /// When it takes longer than 10 s, or than 24 h of a paused clock, or when the controller ended. The message says what
    /// was waited for, and what was asked of the cluster last.
    pub async fn settle(&self) {
        let (real, tokio) = (Instant::now(), tokio::time::Instant::now());
        let over = || real.elapsed() >= PATIENCE || tokio.elapsed() >= PAUSED_PATIENCE;
        self.settle_unless(over).await;
    }

    /// The same with a deadline of one's own, by tokio's clock.
    ///
    /// # Panics
    ///
    /// When it takes longer, as [`settle`](Self::settle).
    pub async fn settle_within(&self, limit: Duration) {
        let start = tokio::time::Instant::now();
        self.settle_unless(|| start.elapsed() >= limit).await;
    }

    /// Waits until the controller has read everything once; see [`Readiness::ready`].
    pub async fn ready(&self) {
        self.readiness.clone().ready().await;
    }

    /// Tells whether the controller is ready.
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// Begins the shutdown, as SIGTERM does, and waits for its end: what runs may finish within the drain timeout.
    ///
    /// # Errors
    ///
    /// Those of [`Controller::run`]: above all the one that the configuration can never work, and that handlers were
    /// aborted at the drain deadline.
    ///
    /// # Panics
    ///
    /// If the controller panicked, which no handler can make it do.
    pub async fn stop(mut self) -> Result {
        let _ = self.stop.send(());
        match (&mut self.task.0).await {
            Ok(ended) => ended,
            Err(broken) => resume_unwind(broken.into_panic()),
        }
    }

    async fn settle_unless(&self, over: impl Fn() -> bool) {
        let mut watches = self.api.faults.watches.changes();
        loop {
            self.quiet(&mut watches, &over).await;
            // A timer that has just fired may have woken a task that did not run yet.
            tokio::time::sleep(TICK).await;
            if self.waits_for(1).is_none() {
                return;
            }
        }
    }

    async fn quiet(&self, watches: &mut tokio::sync::watch::Receiver<()>, over: &impl Fn() -> bool) {
        loop {
            let Some(intake) = &self.intake else { panic!("{}", self.picture()) };
            let rested = intake.queue.rested();
            tokio::pin!(rested);
            // From here on nothing that happens is missed, so that the state can be looked at first.
            rested.as_mut().enable();
            watches.borrow_and_update();
            if self.waits_for(1).is_none() {
                return;
            }
            assert!(!over() && !self.task.0.is_finished(), "{}", self.picture());
            tokio::select! {
                () = rested => {}
                _ = watches.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// What is waited for, at most `shown` keys of it; `None` if nothing is.
    fn waits_for(&self, shown: usize) -> Option<Vec<String>> {
        let Some(intake) = &self.intake else { return Some(Vec::new()) };
        if self.task.0.is_finished() {
            return Some(Vec::new());
        }
        let mut lines = Vec::new();
        if !intake.health().borrow().is_listed() {
            lines.push("the first list".to_owned());
        }
        let watches = self.api.faults.watches.of(self.reader);
        if watches.len() < self.streams {
            lines.push(format!("its watches: {} of {} are open", watches.len(), self.streams));
        }
        let mut state = self.api.store.lock();
        for (collection, told) in watches {
            let newest = state.collection(&collection).newest();
            match told {
                Some(told) if told >= newest => {}
                Some(told) => lines.push(format!(
                    "its watch of {collection}, which has told of version {told}; the newest is {newest}"
                )),
                None => lines.push(format!("its watch of {collection}, which has something to tell")),
            }
        }
        drop(state);
        lines.extend(intake.queue.pending(shown));
        (!lines.is_empty()).then_some(lines)
    }

    /// Why it has not settled.
    fn picture(&self) -> String {
        let mut text = format!("the controller `{}` has not settled", self.name);
        if let Some(end) = &*self.end.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = write!(text, ": it has ended: {end}");
            return text;
        }
        text.push_str("; waited for were:");
        for line in self.waits_for(SHOWN).into_iter().flatten() {
            let _ = write!(text, "\n  {line}");
        }
        if let Some((trouble, next_step)) = self.intake.as_ref().and_then(|intake| intake.last_trouble()) {
            let _ = write!(text, "\nthe last trouble of a watch or list: {trouble} ({next_step})");
        }
        text.push_str("\nasked last was:");
        let asked = super::Requests::new(Arc::clone(&self.api)).all();
        for request in asked.iter().rev().take(SHOWN).rev() {
            let _ = write!(text, "\n  {request}");
        }
        text
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits_for = self.waits_for(SHOWN);
        f.debug_struct("Run")
            .field("controller", &self.name)
            .field("waits_for", &waits_for)
            .finish_non_exhaustive()
    }
}
