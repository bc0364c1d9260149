//! The controller: wires the stages, runs them, and drains them.

use crate::{
    Backoff, DrainError, Encoding, Error, Resource, Result, Spec, StartError, cluster,
    handler::Runnable,
    queue::WorkQueue,
    retriever::{Intake, Names, Stream, resync, warn_of_missing_namespaces},
    signal,
    store::Store,
    trace::Identity,
    worker::{Watchdog, Workers},
};
use kube::Client;
use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

/// How long running handlers may take at shutdown, unless set.
const DRAIN: Duration = Duration::from_secs(30);

/// After the drain deadline: how long aborted attempts have to end their traces.
const ABORT: Duration = Duration::from_millis(500);

/// A handler with its settings, ready to run.
///
/// It begins with what [`Handler::spec`](crate::Handler::spec) says; every setter wins over that.
///
/// ```no_run
/// use k8s_openapi::api::core::v1::Pod;
/// use kooper::{Context, Controller, controller};
/// use std::time::Duration;
///
/// struct PodPrinter;
///
/// #[controller(resource = Pod, retries = 3)]
/// impl PodPrinter {
///     async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
///         println!("{}", ctx.key());
///         Ok(())
///     }
/// }
///
/// # async fn doc() -> kooper::Result {
/// Controller::new(PodPrinter)
///     .namespaces(["default", "kube-system"])
///     .workers(10)
///     .resync(None)
///     .drain_timeout(Duration::from_secs(10))
///     .run()
///     .await
/// # }
/// ```
#[must_use = "a controller does nothing until it is run"]
pub struct Controller<H> {
    handler: H,
    spec: Spec,
    client: Option<Client>,
    drain: Duration,
    start: Option<Duration>,
}

/// Runs a handler on the cluster of the ordinary configuration, until SIGINT or SIGTERM.
///
/// The same as `Controller::new(handler).run().await`; see [`Controller::run`].
///
/// # Errors
///
/// Those of [`Controller::run`].
pub async fn run<H: Runnable>(handler: H) -> Result {
    Controller::new(handler).run().await
}

impl<H: Runnable> Controller<H> {
    /// A controller with the settings of its handler.
    pub fn new(handler: H) -> Self {
        Self { handler, spec: H::spec(), client: None, drain: DRAIN, start: None }
    }

    /// The name in traces and log lines.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.spec.name = name.into();
        self
    }

    /// How often an object that fails is tried again; see [`Queue::retries`](crate::Queue::retries).
    pub fn retries(mut self, retries: u32) -> Self {
        self.spec.queue.retries = retries;
        self
    }

    /// How many objects are handled at the same time, at least 1.
    pub fn workers(mut self, workers: u32) -> Self {
        self.spec.queue.workers = workers;
        self
    }

    /// The time before each retry.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.spec.queue.backoff = backoff;
        self
    }

    /// How often every known object is handled again; `None` for never, else at least a second.
    pub fn resync(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.spec.retriever.resync = interval.into();
        self
    }

    /// How long one attempt of one handler may take; `None` for no limit.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.spec.timeout = timeout.into();
        self
    }

    /// The namespaces whose objects are handled: one name, several, or none (`[]`) for all.
    pub fn namespaces(mut self, namespaces: impl Names) -> Self {
        self.spec.retriever = self.spec.retriever.namespaces(namespaces);
        self
    }

    /// Only objects with these labels, in the syntax of `kubectl get -l`; `None` for all.
    pub fn labels<S: Into<String>>(mut self, selector: impl Into<Option<S>>) -> Self {
        self.spec.retriever.labels = selector.into().map(Into::into);
        self
    }

    /// Only objects with these field values, in the syntax of `kubectl get --field-selector`; `None` for all.
    pub fn fields<S: Into<String>>(mut self, selector: impl Into<Option<S>>) -> Self {
        self.spec.retriever.fields = selector.into().map(Into::into);
        self
    }

    /// What objects are asked for in: [`Encoding::Protobuf`] unless set. The operator's `KOOPER_ENCODING` wins over it; see
    /// [the page on encodings](crate::encodings).
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.spec.retriever.encoding = encoding;
        self
    }

    /// The client to use, instead of one of the ordinary configuration.
    ///
    /// Build it from a `kube::Config` whose `default_retry` is `false`: else kube's own retries hide 429, 503 and 504
    /// answers from the controller for a while.
    pub fn client(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// How long running handlers may take once the controller shuts down; 30 s unless set.
    ///
    /// 5 s before its end (half of it, where it is under 10 s) [`Context::cancellation`](crate::Context::cancellation)
    /// fires; at its end what still runs is dropped. Keep it below the pod's `terminationGracePeriodSeconds`.
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.drain = timeout;
        self
    }

    /// Ends with an error if the first list is not complete within this time; `None`, the default, tries for ever.
    pub fn start_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.start = timeout.into();
        self
    }

    /// What the controller will run with.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Runs until SIGINT or SIGTERM, then drains; a second signal ends the drain at once.
    ///
    /// Where no client was given, the ordinary configuration is used: the kubeconfig (`KUBECONFIG`, or `~/.kube/config`),
    /// else the service account of the pod.
    ///
    /// # Errors
    ///
    /// * [`ConfigError`](crate::ConfigError), at once: the configuration can never work.
    /// * [`StartError`]: the first list took longer than `start_timeout`.
    /// * [`DrainError`]: handlers were aborted at the drain deadline.
    ///
    /// A server that is away or refuses is none: it is told in the log, and tried again.
    pub async fn run(self) -> Result {
        let mut signals = signal::Signals::listen()?;
        let again = CancellationToken::new();
        let stop = {
            let again = again.clone();
            async move {
                let signal = signals.next().await;
                tracing::info!(
                    signal,
                    "shutting down: running handlers may finish, a second signal ends them"
                );
                tokio::spawn(async move {
                    signals.next().await;
                    again.cancel();
                });
            }
        };
        self.drive(stop, again).await
    }

    /// Runs until `stop` resolves, then drains. No signal is listened for.
    ///
    /// Cancellation safe in that nothing goes on once the future is dropped, but what runs is dropped with it: no drain.
    ///
    /// # Errors
    ///
    /// Those of [`Controller::run`].
    pub async fn run_until(self, stop: impl Future<Output = ()> + Send) -> Result {
        self.drive(stop, CancellationToken::new()).await
    }

    async fn drive(mut self, stop: impl Future<Output = ()>, at_once: CancellationToken) -> Result {
        self.spec.check()?;
        if let Some(encoding) = Encoding::of_operator()? {
            self.spec.retriever.encoding = encoding;
        }
        let (reader, writer) = match self.client {
            Some(client) => (client.clone(), client),
            None => cluster::clients().await?,
        };
        let mut running = Running::start(self.handler, self.spec, reader, writer);
        tokio::select! {
            () = stop => running.drain(self.drain, &at_once).await,
            error = running.fault(self.start) => Err(error),
        }
    }
}

/// A controller whose stages are at work.
struct Running<H> {
    workers: Arc<Workers<H>>,
    intake: Arc<Intake>,
    spec: Spec,
    /// Streams, resync, timer, watchdog: stopped when dropped.
    reading: JoinSet<()>,
    watching: JoinSet<()>,
    working: JoinSet<()>,
}

impl<H: Runnable> Running<H> {
    fn start(handler: H, spec: Spec, reader: Client, writer: Client) -> Self {
        let store = Arc::new(Store::default());
        let queue = Arc::new(WorkQueue::new(spec.queue.clone()));
        let mut what = spec.retriever.clone();
        let (api_version, kind) = (&what.resource.api_version, &what.resource.kind);
        what.encoding =
            what.encoding.for_type::<<H::Resource as Resource>::Object>(&spec.name, api_version, kind);
        let what = Arc::new(what);
        let namespaces: Vec<Option<String>> = match &*what.namespaces {
            [] => vec![None],
            namespaces => namespaces.iter().cloned().map(Some).collect(),
        };
        let intake = Arc::new(Intake {
            store: store.clone(),
            queue: queue.clone(),
            pending: watch::Sender::new(namespaces.len()),
            trouble: Mutex::default(),
        });
        let count = spec.queue.workers as usize;
        let workers = Arc::new(Workers {
            handler,
            identity: Identity::new(&spec, H::spans()),
            controller: spec.name.as_str().into(),
            retries: spec.queue.retries,
            timeout: spec.timeout,
            client: writer,
            store: store.clone(),
            queue: queue.clone(),
            watchdog: Arc::new(Watchdog::new(&spec.name, count)),
            shutting_down: CancellationToken::new(),
            cancelled: CancellationToken::new(),
            aborted: CancellationToken::new(),
            running: AtomicUsize::new(0),
        });

        let mut reading = JoinSet::new();
        if !what.namespaces.is_empty() {
            let (name, namespaces) = (spec.name.clone(), what.namespaces.clone());
            reading.spawn(warn_of_missing_namespaces(reader.clone(), name, namespaces));
        }
        for (id, namespace) in (0..).zip(namespaces) {
            let (name, client) = (spec.name.clone(), reader.clone());
            reading.spawn(Stream::new(id, name, what.clone(), namespace, client, intake.clone()).run());
        }
        if let Some(interval) = what.resync {
            let (store, queue) = (store, queue.clone());
            reading.spawn(async move { resync(interval, &store, &queue).await });
        }
        reading.spawn(async move { queue.run_timer().await });

        let mut watching = JoinSet::new();
        let watchdog = workers.watchdog.clone();
        watching.spawn(async move { watchdog.run().await });

        let mut working = JoinSet::new();
        for place in 0..count {
            working.spawn(workers.clone().work(place));
        }
        let (resource, encoding) = (&*what.resource.plural, what.encoding.name());
        tracing::info!(controller = spec.name, resource, workers = count, encoding, "started");
        Self { workers, intake, spec, reading, watching, working }
    }

    /// Resolves with an error if the first lists take longer than `limit`, or if a stage breaks; else never.
    async fn fault(&mut self, limit: Option<Duration>) -> Error {
        let late = late(self.intake.clone(), self.spec.retriever.resource.plural.clone(), limit);
        tokio::pin!(late);
        loop {
            let ended = tokio::select! {
                error = &mut late => return error.into(),
                Some(ended) = self.reading.join_next() => ended,
                Some(ended) = self.watching.join_next() => ended,
                Some(ended) = self.working.join_next() => ended,
            };
            // Stages go on for ever; only the check of namespaces comes to an end. Handlers' panics don't come here.
            if let Err(broken) = ended {
                return Error::msg(format!(
                    "a stage of the controller broke, which is a fault of Kooper's own: {broken}"
                ));
            }
        }
    }

    /// Stops the intake, lets what runs finish until the deadline, and aborts the rest.
    async fn drain(mut self, limit: Duration, at_once: &CancellationToken) -> Result {
        let deadline = Instant::now() + limit;
        self.reading.abort_all();
        self.workers.queue.close();
        self.workers.shutting_down.cancel();
        let notice = Duration::from_secs(5).min(limit / 2);
        let finished = {
            let working = &mut self.working;
            let all = async { while working.join_next().await.is_some() {} };
            tokio::pin!(all);
            let cancelled = &self.workers.cancelled;
            tokio::select! {
                () = &mut all => true,
                () = at_once.cancelled() => false,
                () = tokio::time::sleep_until(deadline - notice) => {
                    cancelled.cancel();
                    tokio::select! {
                        () = &mut all => true,
                        () = at_once.cancelled() => false,
                        () = tokio::time::sleep_until(deadline) => false,
                    }
                }
            }
        };
        let controller = &*self.workers.controller;
        if finished {
            tracing::info!(controller, "stopped");
            return Ok(());
        }
        let aborted = self.workers.running.load(Ordering::Relaxed);
        self.workers.cancelled.cancel();
        self.workers.aborted.cancel();
        let working = &mut self.working;
        let ended = async { while working.join_next().await.is_some() {} };
        if tokio::time::timeout(ABORT, ended).await.is_err() {
            tracing::error!(controller, "a handler blocks its thread and cannot be aborted");
        }
        drop(self.watching);
        Err(DrainError { aborted, deadline: limit }.into())
    }
}

/// Resolves with an error if the first lists take longer than `limit`; else never.
async fn late(intake: Arc<Intake>, resource: String, limit: Option<Duration>) -> StartError {
    let Some(within) = limit else { return std::future::pending().await };
    let mut pending = intake.pending.subscribe();
    let listed = pending.wait_for(|pending| *pending == 0);
    if tokio::time::timeout(within, listed).await.is_ok() {
        return std::future::pending().await;
    }
    let trouble = intake.trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (reason, next_step) = trouble.unwrap_or_else(|| {
        let wait = "give it longer by `start_timeout`, or check `kubectl cluster-info`";
        ("the server has not answered yet".into(), wait.into())
    });
    StartError { resource, within, reason, next_step }
}
