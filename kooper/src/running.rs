//! The stages of a controller at work: started together, watched, and drained.

use crate::{
    DrainError, Error, Hooks, Objects, Resource, Result, Spec, StartError,
    finalizer::Finalizer,
    handler::Runnable,
    queue::WorkQueue,
    retriever::{Health, Intake, Stream, resync, warn_of_missing_namespaces},
    source::{Mapper, Origin},
    store::Store,
    trace::{Identity, Spans},
    worker::{Watchdog, Workers},
};
use kube::Client;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

/// After the drain deadline: how long aborted attempts have to end their traces.
const ABORT: Duration = Duration::from_millis(500);

/// A controller whose stages are at work.
pub(crate) struct Running<H: Runnable> {
    workers: Arc<Workers<H>>,
    intake: Arc<Intake>,
    spec: Spec,
    /// Streams, resync, timer, watchdog: stopped when dropped.
    reading: JoinSet<()>,
    watching: JoinSet<()>,
    working: JoinSet<()>,
}

impl<H: Runnable> Running<H> {
    /// Puts all stages to work.
    pub(crate) fn start(
        (handler, hooks): (H, Hooks<H>),
        spec: Spec,
        spans: &'static Spans,
        reader: &Client,
        writer: Client,
        health: watch::Sender<Health>,
    ) -> Self {
        let store = Arc::new(Store::default());
        let queue = Arc::new(WorkQueue::new(spec.queue.clone()));
        let mut what = spec.retriever.clone();
        let (api_version, kind) = what.sent();
        what.encoding = what.encoding.for_type::<<H::Resource as Resource>::Object>(
            what.table,
            &spec.name,
            api_version,
            kind,
        );
        let what = Arc::new(what);
        // Each has an encoding of its own, whatever that of the controller's kind has become.
        let beside = |source: &Origin<H>| Arc::new(source.beside(&spec.retriever, &spec.name));
        let besides = hooks.sources.iter().map(beside);
        let besides: Vec<_> = besides.collect();
        let streams = besides.iter().chain([&what]).map(|what| what.places().len()).sum();
        let intake = Arc::new(Intake::new(store.clone(), queue.clone(), health, streams));
        let count = spec.queue.workers as usize;
        let workers = Arc::new(Workers {
            handler,
            hooks,
            finalizer: spec.finalizer.clone().map(|name| Finalizer {
                name,
                resource: what.resource.clone(),
                metadata_only: what.metadata_only,
                limits: what.limits,
            }),
            renewed: Mutex::default(),
            filtered: AtomicU64::new(0),
            identity: Identity::new(&spec, spans),
            controller: spec.name.as_str().into(),
            annotation: what.limits.annotation,
            add: spec.in_force(&spec.attempts.add),
            delete: spec.in_force(&spec.attempts.delete),
            finalize: spec.in_force(&spec.attempts.finalize),
            client: writer,
            objects: Objects::new(store.clone(), intake.health()),
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
        let mut sides = vec![(what.clone(), intake.clone())];
        for (source, beside) in besides.into_iter().enumerate() {
            let mapper = Arc::new(Mapper::new(workers.clone(), source, what.clone()));
            sides.push((beside, Arc::new(intake.beside(mapper.store.clone(), mapper.queue.clone()))));
            reading.spawn(mapper.run());
        }
        let places =
            sides.iter().flat_map(|side| side.0.places().into_iter().map(move |place| (side, place)));
        for (id, ((what, intake), namespace)) in (0..).zip(places) {
            let (name, client) = (spec.name.clone(), reader.clone());
            reading.spawn(Stream::new(id, name, what.clone(), namespace, client, intake.clone()).run());
        }
        if let Some(interval) = what.resync {
            let (name, store, queue) = (spec.name.clone(), store, queue.clone());
            reading.spawn(async move { resync(&name, interval, &store, &queue).await });
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

    /// Works until `stop` resolves, then drains.
    pub(crate) async fn until(
        mut self,
        stop: impl Future<Output = ()>,
        start: Option<Duration>,
        drain: Duration,
        at_once: &CancellationToken,
    ) -> Result {
        // Nothing here is left to chance, so that a test that is seeded replays.
        tokio::select! {
            biased;
            () = stop => self.drain(drain, at_once).await,
            error = self.fault(start) => Err(error),
        }
    }

    /// Where what is read goes to.
    #[cfg(feature = "testing")]
    pub(crate) fn intake(&self) -> Arc<Intake> {
        self.intake.clone()
    }

    /// Resolves with an error if the first lists take longer than `limit`, or if a stage breaks; else never.
    pub(crate) async fn fault(&mut self, limit: Option<Duration>) -> Error {
        let late = late(self.intake.clone(), self.spec.retriever.resource.plural.clone(), limit);
        tokio::pin!(late);
        loop {
            let ended = tokio::select! {
                biased;
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
    pub(crate) async fn drain(mut self, limit: Duration, at_once: &CancellationToken) -> Result {
        let deadline = Instant::now() + limit;
        self.reading.abort_all();
        self.intake.stop();
        self.workers.queue.close();
        self.workers.shutting_down.cancel();
        let notice = Duration::from_secs(5).min(limit / 2);
        let finished = {
            let working = &mut self.working;
            let all = async { while working.join_next().await.is_some() {} };
            tokio::pin!(all);
            let cancelled = &self.workers.cancelled;
            tokio::select! {
                biased;
                () = &mut all => true,
                () = at_once.cancelled() => false,
                () = tokio::time::sleep_until(deadline - notice) => {
                    cancelled.cancel();
                    tokio::select! {
                        biased;
                        () = &mut all => true,
                        () = at_once.cancelled() => false,
                        () = tokio::time::sleep_until(deadline) => false,
                    }
                }
            }
        };
        let controller = &*self.workers.controller;
        if finished {
            let filtered = Some(self.workers.filtered.load(Ordering::Relaxed)).filter(|count| *count > 0);
            tracing::info!(controller, filtered, "stopped");
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
        if aborted == 0 {
            // The second signal came so soon that idle workers had no turn to end.
            return Ok(());
        }
        let deadline = Some(limit).filter(|_| !at_once.is_cancelled());
        Err(DrainError { aborted, deadline }.into())
    }
}

/// Resolves with an error if the first lists take longer than `limit`; else never.
async fn late(intake: Arc<Intake>, resource: String, limit: Option<Duration>) -> StartError {
    let Some(within) = limit else { return std::future::pending().await };
    let mut health = intake.health();
    let listed = health.wait_for(Health::is_listed);
    if tokio::time::timeout(within, listed).await.is_ok() {
        return std::future::pending().await;
    }
    let (reason, next_step) = intake.last_trouble().unwrap_or_else(|| {
        let wait = "give it longer by `start_timeout`, or check `kubectl cluster-info`";
        ("the server has not answered yet".into(), wait.into())
    });
    StartError { resource, within, reason, next_step }
}
