//! The trace recorder: what the traces of one test looked like.

mod outline;
mod span;
mod trace;

use crate::{
    telemetry::{
        Services, bridge, draw,
        sink::{Ended, Sink, Tap},
    },
    trace::names::attribute,
};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
pub use span::{Attr, Link, RecordedSpan};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;
pub use trace::{ObjectTraces, RecordedTrace};
use tracing::{Dispatch, Level, Subscriber, subscriber::DefaultGuard};
use tracing_subscriber::{Layer, Registry, filter::Targets, layer::SubscriberExt as _, registry::LookupSpan};

/// Records the spans of one test, in memory, and answers what was in them.
///
/// Each test has its own, also where tests run side by side in one process: [`install`](Self::install) holds for the
/// current thread, which is all that a current-thread runtime has (`#[tokio::test]` makes one). For other runtimes give
/// [`dispatch`](Self::dispatch) to what you spawn, or make [`layer`](Self::layer) a part of the program's subscriber.
///
/// Spans are recorded when they end. A clone records to the same place.
///
/// ```
/// use kooper::testing::Traces;
/// use tracing::{Instrument, field::Empty, info, info_span};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let traces = Traces::new();
/// let _recording = traces.install();
///
/// // What Kooper does for each attempt at an object, in short.
/// let root = info_span!("processJob", kubernetes.object.key = "default/web", kooper.outcome = Empty);
/// tokio::spawn(
///     async {
///         async { info!(phase = "Running", "seen") }.instrument(info_span!("handleAddObject")).await;
///         tracing::Span::current().record("kooper.outcome", "done");
///     }
///     .instrument(root),
/// );
///
/// traces.wait(|traces| traces.of("default/web").attempts().len() == 1).await;
/// let object = traces.of("default/web");
/// let root = object.attempts()[0].root();
/// assert_eq!(root.attr("kooper.outcome"), "done");
/// assert_eq!(root.child("handleAddObject").logs(), ["event=seen, level=INFO, phase=Running"]);
/// # }
/// ```
#[derive(Clone)]
pub struct Traces {
    recorder: Arc<Recorder>,
    services: Services,
    filter: Targets,
}

/// The spans, in the order in which they ended.
#[derive(Debug, Default)]
struct Recorder {
    spans: Mutex<Vec<Ended>>,
    ended: Notify,
}

impl Sink for Recorder {
    fn take(&self, ended: Ended) {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner).push(ended);
        self.ended.notify_waiters();
    }
}

/// The name of the program's own service in recorded spans.
const SERVICE: &str = "test";
/// How long a [`Traces::wait`] waits in real time.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long it waits where tokio's clock runs faster, because it is paused.
const PAUSED_DEADLINE: Duration = Duration::from_hours(1);

impl Default for Traces {
    fn default() -> Self {
        Self::new()
    }
}

impl Traces {
    /// A recorder without spans. It records all traces, whatever `OTEL_*` and `KOOPER_*` variables say; the program's own
    /// service is named `test`.
    pub fn new() -> Self {
        let recorder = Arc::new(Recorder::default());
        let resource = Resource::builder_empty().with_service_name(SERVICE).build();
        let sink = Arc::clone(&recorder);
        let make = move || {
            let provider = SdkTracerProvider::builder().with_sampler(Sampler::AlwaysOn);
            provider.with_span_processor(Tap::new(Arc::clone(&sink)))
        };
        let filter = Targets::new().with_default(Level::INFO);
        Self { recorder, services: Services::new(resource, Box::new(make)), filter }
    }

    /// Records what this filter lets pass, in the words of `KOOPER_TRACES`: `info,kooper::retriever=debug`.
    ///
    /// # Panics
    ///
    /// If it is no filter.
    #[must_use]
    pub fn filter(mut self, filter: &str) -> Self {
        self.filter = filter.parse().unwrap_or_else(|error| panic!("`{filter}` is no filter: {error}"));
        self
    }

    /// Records what this thread does from now on, until the guard is dropped.
    #[must_use = "recording ends when the guard is dropped: `let _recording = …`"]
    pub fn install(&self) -> DefaultGuard {
        tracing::dispatcher::set_default(&self.dispatch())
    }

    /// A subscriber that records, for `tracing::dispatcher::with_default` or `.with_subscriber(..)` on a future.
    pub fn dispatch(&self) -> Dispatch {
        Dispatch::new(Registry::default().with(self.layer()))
    }

    /// A layer that records, for a subscriber of your own. It takes spans and events of INFO and above, unless
    /// [`filter`](Self::filter) says other.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        bridge(self.services.clone(), &self.filter)
    }

    /// The traces of an object by its key, `namespace/name`: one for each attempt whose `processJob` has ended.
    pub fn of(&self, key: &str) -> ObjectTraces {
        let attempts = self.all().into_iter().filter(|trace| {
            let root = trace.root();
            let is_attempt = root.name() == "processJob" || root.attr(attribute::COMPONENT) == "kooper";
            is_attempt && root.attr(attribute::KEY) == key
        });
        ObjectTraces::new(attempts.collect())
    }

    /// All traces whose root has ended, in the order in which their roots started.
    pub fn all(&self) -> Vec<RecordedTrace> {
        let spans = self.recorder.spans.lock().unwrap_or_else(PoisonError::into_inner).clone();
        trace::split(spans)
    }

    /// Waits until the condition holds. It is asked at once, and again whenever a span has ended.
    ///
    /// # Panics
    ///
    /// When it has not held for 10 s, or for an hour of a paused tokio clock. The message has pictures of all traces
    /// that were recorded. Also outside of a tokio runtime with its time driver.
    pub async fn wait(&self, condition: impl Fn(&Self) -> bool) {
        let (real, tokio) = (Instant::now(), tokio::time::Instant::now());
        let over = || real.elapsed() >= DEADLINE || tokio.elapsed() >= PAUSED_DEADLINE;
        self.wait_unless(over, condition).await;
    }

    /// The same with a deadline of one's own, by tokio's clock.
    ///
    /// # Panics
    ///
    /// When it has not held within `limit`, as [`wait`](Self::wait).
    pub async fn wait_within(&self, limit: Duration, condition: impl Fn(&Self) -> bool) {
        let start = tokio::time::Instant::now();
        self.wait_unless(|| start.elapsed() >= limit, condition).await;
    }

    /// Waits until an object has had `count` attempts, and gives its traces.
    ///
    /// # Panics
    ///
    /// When they do not come, as [`wait`](Self::wait).
    pub async fn wait_for_attempts(&self, key: &str, count: usize) -> ObjectTraces {
        self.wait(|traces| traces.of(key).attempts().len() >= count).await;
        self.of(key)
    }

    async fn wait_unless(&self, over: impl Fn() -> bool, condition: impl Fn(&Self) -> bool) {
        loop {
            let ended = self.recorder.ended.notified();
            tokio::pin!(ended);
            // From here on no end of a span is missed, so that the condition can be asked first.
            ended.as_mut().enable();
            if condition(self) {
                return;
            }
            // A paused clock goes on as soon as nothing else can: so it is looked at often, and both must agree.
            let _ = tokio::time::timeout(Duration::from_secs(1), ended).await;
            assert!(
                !over() || condition(self),
                "the traces that were waited for did not come; recorded were:\n\n{self}"
            );
        }
    }
}

/// Pictures of all spans that have ended, also of traces whose root has not.
impl fmt::Display for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spans = self.recorder.spans.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if spans.is_empty() {
            return f.write_str("no span\n");
        }
        trace::group(spans).iter().try_for_each(|spans| writeln!(f, "{}", draw(spans)))
    }
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traces").field("traces", &self.all().len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::{Instrument as _, error, info_span, instrument};

    #[tokio::test]
    async fn tests_that_run_side_by_side_record_their_own_spans() {
        let threads = [1, 2, 3].map(|attempts| {
            std::thread::spawn(move || {
                let traces = Traces::new();
                let _recording = traces.install();
                for _ in 0..attempts {
                    drop(info_span!("processJob", kubernetes.object.key = "default/web"));
                }
                traces.of("default/web").attempts().len()
            })
        });
        assert_eq!(threads.map(|thread| thread.join().expect("no thread panicked")), [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_span_tells_its_attributes_parent_service_and_links() {
        let traces = Traces::new();
        let _recording = traces.install();
        let first =
            info_span!("processJob", kubernetes.object.key = "a", otel.kind = "consumer", n = 3, ok = true);
        drop(first);
        let second = info_span!("processJob", kubernetes.object.key = "a");
        {
            use opentelemetry::trace::TraceContextExt as _;
            use tracing_opentelemetry::OpenTelemetrySpanExt as _;
            let third = info_span!("processJob", kubernetes.object.key = "a");
            second.add_link(third.context().span().span_context().clone());
            let _inside = second.enter();
            drop(info_span!("getOrg", otel.service = "redis", ratio = 0.5));
        }
        drop(second);

        let object = traces.of("a");
        let [first, second, third] = object.attempts() else { panic!("three attempts:\n{traces}") };
        let root = first.root();
        assert_eq!(root.attr("n"), 3);
        assert_eq!(root.attr("ok"), true);
        assert_ne!(root.attr("n"), "3");
        assert!(!root.attr("absent").exists());
        assert_eq!(root.kind(), opentelemetry::trace::SpanKind::Consumer);
        assert!(root.parent().is_none());
        assert_eq!(root.service(), "test");
        let child = second.root().child("getOrg");
        assert_eq!(child.service(), "redis");
        assert_eq!(child.attr("ratio"), 0.5);
        assert!(!child.attr("otel.service").exists());
        assert_eq!(child.parent().expect("it has one").id(), second.root().id());
        assert!(second.root().links()[0].is_to(&third.root()));
        assert!(!second.root().links()[0].is_to(&root));
        assert_ne!(first.id(), second.id());
    }

    #[tokio::test]
    async fn only_what_says_that_it_failed_has_failed() {
        #[instrument(err)]
        fn fails() -> Result<(), std::num::ParseIntError> {
            "x".parse::<i32>().map(drop)
        }

        let traces = Traces::new();
        let _recording = traces.install();
        info_span!("quiet").in_scope(|| error!(code = 7, "not nice"));
        assert!(fails().is_err());
        let [quiet, fails] = &traces.all()[..] else { panic!("two traces:\n{traces}") };
        assert_eq!(quiet.root().error(), None);
        assert_eq!(quiet.root().logs(), ["event=not nice, level=ERROR, code=7"]);
        assert_eq!(fails.root().error().as_deref(), Some("invalid digit found in string"));
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_outlasts_a_backoff_of_a_paused_clock() {
        let traces = Traces::new();
        let _recording = traces.install();
        tokio::spawn(async {
            tokio::time::sleep(Duration::from_secs(1000)).instrument(info_span!("late")).await;
        });
        traces.wait(|traces| traces.all().len() == 1).await;
        assert_eq!(traces.all()[0].root().name(), "late");
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "did not come; recorded were:\n\ntest · ")]
    async fn a_wait_in_vain_shows_what_there_was_instead() {
        let traces = Traces::new();
        let _recording = traces.install();
        drop(info_span!("other"));
        traces.wait(|traces| traces.all().len() == 2).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_may_have_a_deadline_of_its_own() {
        let traces = Traces::new();
        let _recording = traces.install();
        let began = tokio::time::Instant::now();
        let waiting = tokio::spawn({
            let traces = traces.clone();
            async move { traces.wait_within(Duration::from_mins(90), |_| false).await }
        });
        assert!(waiting.await.expect_err("it waits in vain").is_panic());
        assert_eq!(began.elapsed().as_secs(), 90 * 60);
        drop(info_span!("processJob", kubernetes.object.key = "a"));
        assert_eq!(traces.wait_for_attempts("a", 1).await.attempts().len(), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_dispatch_records_what_other_threads_do() {
        use tracing::instrument::WithSubscriber as _;
        let traces = Traces::new();
        let work = async { drop(info_span!("elsewhere")) };
        tokio::spawn(work.with_subscriber(traces.dispatch()));
        traces.wait(|traces| traces.all().len() == 1).await;
    }
}
