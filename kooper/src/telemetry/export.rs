//! Batches of ended spans for an exporter: one queue and one thread for all services.

use super::{
    InitError,
    sink::{Ended, Sink},
    variable::number,
};
use opentelemetry::Context;
use opentelemetry_sdk::{
    error::OTelSdkError,
    trace::{SpanData, SpanExporter},
};
use std::{
    collections::HashMap,
    fmt,
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

/// How often the same trouble is told.
const TELL: Duration = Duration::from_mins(1);

/// The limits of a queue, by the variables that OpenTelemetry has for them.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Spans that wait at most; more are dropped.
    queue: usize,
    /// Spans in one batch.
    batch: usize,
    /// How long a span waits for others.
    delay: Duration,
}

impl Limits {
    fn of(var: impl Fn(&str) -> Option<String>) -> Result<Self, InitError> {
        let count = |name, default| {
            number(&var, name, default).map(|count| usize::try_from(count).unwrap_or(usize::MAX))
        };
        let queue = count("OTEL_BSP_MAX_QUEUE_SIZE", 2048)?;
        Ok(Self {
            queue,
            batch: count("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512)?.min(queue),
            delay: Duration::from_millis(number(&var, "OTEL_BSP_SCHEDULE_DELAY", 5000)?),
        })
    }
}

/// The queue of an exporter. Taking a span never waits for an export: when the queue is full it is dropped, and counted.
pub(super) struct Batches {
    shared: Arc<Shared>,
}

struct Shared {
    limits: Limits,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<Ended>,
    dropped: u64,
    /// Spans that the thread has taken to send, or to tell of, and has not yet done so.
    open: u64,
    /// Why spans were lost, the last time.
    reason: Option<String>,
    /// Flushes that were asked for, and how many of them are done.
    flushes: u64,
    flushed: u64,
    ending: bool,
    ended: bool,
}

impl Batches {
    /// Starts the thread. `make` is called on it, once for each service that has spans.
    pub(super) fn start<E: SpanExporter + 'static>(
        make: Arc<dyn Fn() -> E + Send + Sync>,
        var: impl Fn(&str) -> Option<String>,
    ) -> crate::Result<Self> {
        let limits = Limits::of(var)?;
        let shared = Arc::new(Shared { limits, state: Mutex::default(), changed: Condvar::new() });
        let exports = Exports { shared: Arc::clone(&shared), make, exporters: HashMap::new(), told: None };
        // Exporters that send by tokio need its reactor, wherever they run.
        let runtime = tokio::runtime::Handle::try_current().ok();
        thread::Builder::new().name("kooper-export".into()).spawn(move || {
            let _runtime = runtime.as_ref().map(tokio::runtime::Handle::enter);
            // What an exporter does must not become spans to export.
            let _suppressed = Context::enter_telemetry_suppressed_scope();
            exports.run();
        })?;
        Ok(Self { shared })
    }
}

impl Sink for Batches {
    fn take(&self, ended: Ended) {
        let mut state = self.shared.lock();
        if state.ending || state.waiting.len() >= self.shared.limits.queue {
            state.dropped += 1;
            return;
        }
        state.waiting.push(ended);
        if state.waiting.len() == self.shared.limits.batch {
            self.shared.changed.notify_all();
        }
    }

    fn flush(&self, timeout: Duration) -> bool {
        let mut state = self.shared.lock();
        state.flushes += 1;
        let mine = state.flushes;
        self.shared.changed.notify_all();
        self.shared.wait(state, timeout, |state| state.flushed >= mine || state.ended)
    }

    fn end(&self, timeout: Duration) -> bool {
        let mut state = self.shared.lock();
        // The provider ends it once more when it is dropped, and what is lost is told once.
        let again = std::mem::replace(&mut state.ending, true);
        self.shared.changed.notify_all();
        let ended = self.shared.wait(state, timeout, |state| state.ended);
        if !ended && !again {
            let state = self.shared.lock();
            let dropped = state.dropped + state.open + state.waiting.len() as u64;
            let reason = state.reason.clone();
            drop(state);
            // Nobody waits for the thread any longer, and what it still has to say may come too late.
            let error = reason.unwrap_or_else(|| "the exporter does not answer".into());
            tracing::warn!(dropped, error, "spans could not be exported before the end of the program");
        }
        ended
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the state is as wanted; whether it came to be so in time.
    fn wait(&self, state: MutexGuard<'_, State>, timeout: Duration, done: impl Fn(&State) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(state, timeout, |state| !done(state));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        done(&state)
    }
}

/// The other end of the queue, on its own thread.
struct Exports<E> {
    shared: Arc<Shared>,
    make: Arc<dyn Fn() -> E + Send + Sync>,
    exporters: HashMap<String, E>,
    told: Option<Instant>,
}

/// Marks the end of the thread, also by a panic of an exporter, so that nobody waits for it.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        (state.ending, state.ended) = (true, true);
        drop(state);
        self.0.changed.notify_all();
    }
}

impl<E: SpanExporter> Exports<E> {
    fn run(mut self) {
        let _ending = Ending(Arc::clone(&self.shared));
        loop {
            let limits = self.shared.limits;
            let idle = |state: &State| {
                state.waiting.len() < limits.batch && state.flushes == state.flushed && !state.ending
            };
            self.shared.wait(self.shared.lock(), limits.delay, |state| !idle(state));
            let mut state = self.shared.lock();
            let (waiting, dropped) = (std::mem::take(&mut state.waiting), std::mem::take(&mut state.dropped));
            let (flushes, ending) = (state.flushes, state.ending);
            state.open = dropped + waiting.len() as u64;
            drop(state);

            let (lost, error) = self.export(waiting);
            let mut state = self.shared.lock();
            state.reason = error.clone().or(state.reason.take());
            // What is told at the end was lost earlier.
            let reason = if ending && dropped + lost > 0 { state.reason.clone() } else { error };
            drop(state);
            let untold = self.tell(dropped + lost, reason, ending);
            let mut state = self.shared.lock();
            // Counted again with those that follow.
            state.dropped += untold;
            (state.flushed, state.open) = (flushes, 0);
            drop(state);
            self.shared.changed.notify_all();
            if ending {
                for exporter in self.exporters.values() {
                    let _ = exporter.shutdown();
                }
                return;
            }
        }
    }

    /// Exports spans in batches, each of one service; how many were lost, and the first reason.
    fn export(&mut self, spans: Vec<Ended>) -> (u64, Option<String>) {
        let mut services: HashMap<String, (Ended, Vec<SpanData>)> = HashMap::new();
        for ended in spans {
            match services.get_mut(&ended.service.name) {
                Some((_, spans)) => spans.push(ended.span),
                None => drop(services.insert(ended.service.name.clone(), (ended, Vec::new()))),
            }
        }
        let (mut lost, mut reason) = (0, None);
        for (name, (first, rest)) in services {
            let exporter = self.exporters.entry(name).or_insert_with(|| {
                let mut exporter = (self.make)();
                if let Some(resource) = &first.service.resource {
                    exporter.set_resource(resource);
                }
                exporter
            });
            let mut spans = std::iter::once(first.span).chain(rest).peekable();
            while spans.peek().is_some() {
                let batch: Vec<_> = spans.by_ref().take(self.shared.limits.batch).collect();
                let count = batch.len() as u64;
                if let Err(error) = block_on(exporter.export(batch)) {
                    lost += count;
                    reason.get_or_insert(match error {
                        OTelSdkError::InternalFailure(reason) => reason,
                        other => other.to_string(),
                    });
                }
            }
        }
        (lost, reason)
    }

    /// Tells of lost spans, at most once a minute; at the end of all that it has not told of. Gives how many it did not tell of.
    fn tell(&mut self, dropped: u64, error: Option<String>, ending: bool) -> u64 {
        if dropped == 0 && error.is_none() {
            return 0;
        }
        if !ending && self.told.is_some_and(|told| told.elapsed() < TELL) {
            return dropped;
        }
        self.told = Some(Instant::now());
        let error = error.unwrap_or_else(|| "the exporter is slower than the program".into());
        tracing::warn!(
            dropped,
            error,
            "spans could not be exported; told at most once a minute, and at the end"
        );
        0
    }
}

/// Runs a future on this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches").field("limits", &self.shared.limits).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::services::Services;
    use opentelemetry::{
        KeyValue,
        trace::{SpanBuilder, Tracer as _},
    };
    use opentelemetry_sdk::{Resource, error::OTelSdkResult, trace::SdkTracerProvider};
    use std::sync::mpsc;

    /// Sends what it is given, with the service, and may be stopped by a lock.
    #[derive(Debug)]
    struct Sending {
        service: String,
        to: mpsc::Sender<(String, usize)>,
        gate: Arc<Mutex<()>>,
        fails: bool,
    }

    impl SpanExporter for Sending {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            drop(self.gate.lock());
            let _ = self.to.send((self.service.clone(), batch.len()));
            if self.fails { Err(OTelSdkError::InternalFailure("refused".into())) } else { Ok(()) }
        }

        fn set_resource(&mut self, resource: &Resource) {
            let name = resource.get(&"service.name".into());
            self.service = name.map(|name| name.as_str().into_owned()).unwrap_or_default();
        }
    }

    struct Bench {
        batches: Arc<Batches>,
        services: Services,
        exported: mpsc::Receiver<(String, usize)>,
        gate: Arc<Mutex<()>>,
    }

    fn bench(queue: &'static str, batch: &'static str, fails: bool) -> Bench {
        let (to, exported) = mpsc::channel();
        let gate = Arc::new(Mutex::new(()));
        let (inside, to) = (Arc::clone(&gate), Mutex::new(to));
        let make = move || {
            let to = to.lock().expect("no test panicked").clone();
            Sending { service: String::new(), to, gate: Arc::clone(&inside), fails }
        };
        let var = move |name: &str| match name {
            "OTEL_BSP_MAX_QUEUE_SIZE" => Some(queue.to_owned()),
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE" => Some(batch.to_owned()),
            _ => Some("60000".to_owned()),
        };
        let batches = Arc::new(Batches::start(Arc::new(make), var).expect("threads can be started"));
        let sink = Arc::clone(&batches);
        let resource = Resource::builder_empty().with_service_name("own").build();
        let make = move || {
            let tap = crate::telemetry::sink::Tap::new(Arc::clone(&sink));
            SdkTracerProvider::builder().with_span_processor(tap)
        };
        Bench { batches, services: Services::new(resource, Box::new(make)), exported, gate }
    }

    impl Bench {
        fn span(&self, service: Option<&'static str>) {
            let named = service.map(|service| KeyValue::new("otel.service", service));
            let span = SpanBuilder::from_name("work").with_attributes(named);
            drop(self.services.build_with_context(span, &Context::new()));
        }

        fn exported(&self) -> Vec<(String, usize)> {
            let mut exported: Vec<_> = self.exported.try_iter().collect();
            exported.sort();
            exported
        }
    }

    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn the_services_share_a_queue_and_each_has_its_own_batches() {
        let bench = bench("100", "2", false);
        bench.span(None);
        assert!(bench.batches.flush(LONG));
        assert_eq!(bench.exported(), [("own".into(), 1)]);
        let closed = bench.gate.lock().expect("no test panicked");
        (0..3).for_each(|_| bench.span(Some("redis")));
        bench.span(None);
        drop(closed);
        assert!(bench.batches.end(LONG));
        let count = |service: &str, all: &[(String, usize)]| {
            all.iter().filter(|(name, _)| name == service).map(|(_, count)| count).sum::<usize>()
        };
        let exported = bench.exported();
        assert_eq!((count("redis", &exported), count("own", &exported)), (3, 1));
        assert!(exported.iter().all(|(_, count)| *count <= 2), "{exported:?}");
    }

    #[test]
    fn a_stuck_exporter_holds_up_nobody_and_costs_no_more_than_its_queue() {
        let bench = bench("4", "4", false);
        let closed = bench.gate.lock().expect("no test panicked");
        for _ in 0..1000 {
            bench.span(None);
        }
        assert!(bench.batches.shared.lock().waiting.len() <= 4);
        assert!(!bench.batches.flush(Duration::from_millis(10)), "it is stuck");
        drop(closed);
        assert!(bench.batches.end(LONG));
        let exported: usize = bench.exported().iter().map(|(_, count)| count).sum();
        assert!((4..=8).contains(&exported), "{exported}");
        bench.span(None);
        assert!(bench.batches.shared.lock().waiting.is_empty(), "nothing waits for a thread that is gone");
    }

    #[test]
    fn an_exporter_that_fails_is_asked_again() {
        let bench = bench("10", "10", true);
        for _ in 0..2 {
            bench.span(None);
            assert!(bench.batches.flush(LONG));
        }
        assert_eq!(bench.exported().len(), 2);
    }

    #[test]
    fn limits_come_from_the_variables_of_opentelemetry() {
        let limits = Limits::of(|_| None).expect("the defaults");
        assert_eq!((limits.queue, limits.batch, limits.delay.as_millis()), (2048, 512, 5000));
        let limits = Limits::of(|name| (name != "OTEL_BSP_SCHEDULE_DELAY").then(|| "7".into()));
        let limits = limits.expect("numbers");
        assert_eq!((limits.queue, limits.batch, limits.delay.as_millis()), (7, 7, 5000));
        Limits::of(|_| Some("0".into())).expect_err("a queue that holds nothing");
    }
}
