//! The controller: a handler with its settings, and the ways to run it.

use crate::{
    Attempts, Backoff, Encoding, ErrorHook, FilterHook, Handler, Hooks, IsSource, MapHook, MaybeDuration,
    MaybeText, RateLimit, Readiness, Result, Spec, client,
    handler::{Runnable, Shared},
    retriever::{Health, Names},
    running::Running,
    signal::Signals,
    trace::Spans,
};
use futures_util::FutureExt as _;
use kube::Client;
use std::{
    future::Future,
    pin::Pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

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
///     .shutdown(Duration::from_secs(10))
///     .run()
///     .await
/// # }
/// ```
#[must_use = "a controller does nothing until it is run"]
pub struct Controller<H: Handler> {
    handler: H,
    spec: Spec,
    hooks: Hooks<H>,
    spans: &'static Spans,
    client: Option<Client>,
    start: Option<Duration>,
    health: watch::Sender<Health>,
    panic_places: bool,
    // Behind a lock so that a controller is `Sync`: of one that is given to `run` in place of its handler, rustc tells once.
    stop: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
}

/// Runs a handler on the cluster of the ordinary configuration, until SIGINT or SIGTERM.
///
/// The same as `Controller::new(handler).run().await`; see [`Controller::run`].
///
/// # Errors
///
/// Those of [`Controller::run`].
// In a box, since rustc tells twice of a type that is no handler where the future is an opaque type.
// Not `Runnable`: rustc tells of the part that is missing where each is a bound of its own.
pub fn run<H: Handler + Shared>(handler: H) -> Pin<Box<dyn Future<Output = Result> + Send>> {
    Box::pin(Controller::new(handler).run())
}

impl<H: Runnable> Controller<H> {
    /// A controller with the settings of its handler.
    pub fn new(handler: H) -> Self {
        Self {
            handler,
            spec: H::spec(),
            hooks: H::hooks(),
            spans: H::spans(),
            client: None,
            start: None,
            health: watch::Sender::default(),
            panic_places: true,
            stop: Mutex::default(),
        }
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

    /// The time before each retry: a [`Backoff`], or a `Duration` for the same each time.
    pub fn backoff(mut self, backoff: impl Into<Backoff>) -> Self {
        self.spec.queue.backoff = backoff.into();
        self
    }

    /// The shortest time between two runs of one object; `None` for none. See [`Queue::debounce`](crate::Queue::debounce).
    pub fn debounce(mut self, interval: impl MaybeDuration) -> Self {
        self.spec.queue.debounce = interval.into();
        self
    }

    /// How many retries there may be in a time, of all objects together; `None` for any number. See
    /// [`Queue::rate_limit`](crate::Queue::rate_limit).
    pub fn rate_limit(mut self, limit: impl Into<Option<RateLimit>>) -> Self {
        self.spec.queue.rate_limit = limit.into();
        self
    }

    /// How often every known object is handled again; `None` for never, else at least a second.
    pub fn resync(mut self, interval: impl MaybeDuration) -> Self {
        self.spec.retriever.resync = interval.into();
        self
    }

    /// How long one attempt of one handler may take; `None` for no limit.
    pub fn timeout(mut self, timeout: impl MaybeDuration) -> Self {
        self.spec.timeout = timeout.into();
        self
    }

    /// How `add` is tried, where that is not as the controller says: retries, backoff and timeout of its own.
    pub fn add_attempts(mut self, attempts: Attempts) -> Self {
        self.spec = self.spec.add_attempts(attempts);
        self
    }

    /// How `delete` is tried; see [`add_attempts`](Self::add_attempts).
    pub fn delete_attempts(mut self, attempts: Attempts) -> Self {
        self.spec = self.spec.delete_attempts(attempts);
        self
    }

    /// How `finalize` is tried; see [`add_attempts`](Self::add_attempts).
    pub fn finalize_attempts(mut self, attempts: Attempts) -> Self {
        self.spec = self.spec.finalize_attempts(attempts);
        self
    }

    /// The places of its spans, with their names, targets, levels and fields, instead of those of
    /// [`Handler::spans`](crate::Handler::spans). One static can serve one controller.
    pub fn spans(mut self, spans: &'static Spans) -> Self {
        self.spans = spans;
        self
    }

    /// The finalizer that objects carry while there is a `finalize` to come; see [`Spec::finalizer`]. `None` for none.
    pub fn finalizer(mut self, finalizer: impl MaybeText) -> Self {
        self.spec = self.spec.finalizer(finalizer);
        self
    }

    /// What `add` is given; see [`Hooks::filter`]. A closure says the types of its arguments: `|pod: &Pod| …`.
    pub fn filter<By>(mut self, filter: impl FilterHook<H, H::Resource, By>) -> Self {
        self.hooks = self.hooks.filter(filter);
        self
    }

    /// Also has an object handled when one that it owns changes; see [`Hooks::owns`]. It adds to those that are owned already.
    pub fn owns(mut self, source: impl IsSource) -> Self {
        self.hooks = self.hooks.owns(source);
        self
    }

    /// Also has objects handled when one of another kind changes; see [`Hooks::watches`]. It adds to those that are watched already.
    pub fn watches<S: IsSource, By>(mut self, source: S, map: impl MapHook<H, S::Of, By>) -> Self {
        self.hooks = self.hooks.watches(source, map);
        self
    }

    /// What becomes of an object whose handler fails with an error; see [`Hooks::on_error`].
    pub fn on_error<By>(mut self, on_error: impl ErrorHook<H, By>) -> Self {
        self.hooks = self.hooks.on_error(on_error);
        self
    }

    /// The namespaces whose objects are handled: one name, several, or none (`[]`) for all.
    pub fn namespaces(mut self, namespaces: impl Names) -> Self {
        self.spec.retriever = self.spec.retriever.namespaces(namespaces);
        self
    }

    /// Only objects with these labels, in the syntax of `kubectl get -l`; `None` for all.
    pub fn labels(mut self, selector: impl MaybeText) -> Self {
        self.spec.retriever.labels = selector.into_text();
        self
    }

    /// Only objects with these field values, in the syntax of `kubectl get --field-selector`; `None` for all.
    pub fn fields(mut self, selector: impl MaybeText) -> Self {
        self.spec.retriever.fields = selector.into_text();
        self
    }

    /// What objects are asked for in: [`Encoding::Protobuf`] unless set. The operator's `KOOPER_ENCODING` wins over it; see
    /// [the page on encodings](crate::encodings).
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.spec.retriever.encoding = encoding;
        self
    }

    /// The largest object, in bytes, that is taken; 16 MiB unless set.
    ///
    /// A list or a watch that has a larger one is given up and tried again, with a warning: something that is no API server
    /// may be sending, and an object is held in one piece. etcd takes no more than 1.5 MiB by default.
    pub fn max_object_size(mut self, bytes: usize) -> Self {
        self.spec.retriever.limits.size = bytes;
        self
    }

    /// How many levels deep an object may be in protobuf; 100 unless set. In JSON it is 127, whatever is set.
    ///
    /// A deeper object fails alone, as one that cannot be decoded.
    pub fn max_object_depth(mut self, levels: u8) -> Self {
        self.spec.retriever.limits.depth = levels;
        self
    }

    /// Whether objects keep their `managedFields`; false unless set.
    ///
    /// They tell who set which field, and are more than half of what the API server sends of most objects.
    pub fn managed_fields(mut self, on: bool) -> Self {
        self.spec.retriever.limits.managed_fields = on;
        self
    }

    /// Reads protobuf by another table, for tests.
    #[cfg(feature = "testing")]
    pub(crate) fn table(mut self, table: &'static crate::wire::Table) -> Self {
        self.spec.retriever.table = table;
        self
    }

    /// Asks for lists in one piece, to measure it.
    #[cfg(feature = "testing")]
    pub(crate) fn one_piece(mut self) -> Self {
        self.spec.retriever.one_piece = true;
        self
    }

    /// The annotation by which objects tell in which trace they were written, as a `traceparent` of the W3C;
    /// `kooper.dev/traceparent` unless set, `None` to read and write none.
    ///
    /// An attempt's root links to the span that the annotation names, and to those of the states that the attempt covers beside the
    /// newest, 8 in all. A value that is no `traceparent` is ignored. To write it on other objects:
    /// [`Context::annotate`](crate::Context::annotate).
    pub fn trace_annotation(mut self, name: impl Into<Option<&'static str>>) -> Self {
        self.spec.retriever.limits.annotation = name.into();
        self
    }

    /// Whether an attempt stands in the trace that its object's annotation names, below the span there, instead of being a trace of
    /// its own that links to it; false unless set.
    ///
    /// Then all that a chain of controllers does for one cause is one trace, in which retries and resyncs of days go on. Whether it
    /// is recorded is for the sampler to say, and those of OpenTelemetry go by the parent.
    pub fn trace_parent(mut self, on: bool) -> Self {
        self.spec.trace_parent = on;
        self
    }

    /// Whether everything is read by a streaming list where the server has them, else by pages; true unless set, but for
    /// metadata alone, which is there sooner by pages.
    ///
    /// A server that has none is found out by itself. Switch them off for one that has them and does not bear them.
    pub fn streaming_lists(mut self, on: bool) -> Self {
        self.spec.retriever.streaming = on;
        self
    }

    /// Whether the first list is the one that the API server's cache has, in one piece (`resourceVersion=0`), as the
    /// informers of Go read it; false unless set.
    ///
    /// [The page on encodings](crate::encodings#how-everything-is-read) has measures of it. It may be behind:
    /// with more than one API server, objects may come in a state that is older than one which this program saw before it was
    /// restarted. What came after follows at once in the watch, and within one run no object goes back. Every list after
    /// the first is a consistent one.
    pub fn cached_lists(mut self, on: bool) -> Self {
        self.spec.retriever.cached = on;
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
    pub fn shutdown(mut self, timeout: Duration) -> Self {
        self.spec.shutdown = timeout;
        self
    }

    /// Ends with an error if the first list is not complete within this time; `None`, the default, tries for ever.
    pub fn start_timeout(mut self, timeout: impl MaybeDuration) -> Self {
        self.start = timeout.into();
        self
    }

    /// Whether a panic of a handler tells its place, in the message and in the attribute `kooper.panic.location`; true unless set.
    ///
    /// Only a panic hook knows the place, so one is put before the hook that is there, once in a process, when the first
    /// controller runs. It looks at panics in Kooper's own calls of handlers, filters and the like alone, and always calls the hook
    /// before it. A hook that is set later and does not call the one it found takes the place away. With `panic = "abort"` a panic of a
    /// handler ends the process: no hook and no retry helps then.
    pub fn panic_places(mut self, on: bool) -> Self {
        self.panic_places = on;
        self
    }

    /// Lets [`run`](Self::run) stop when this resolves, to whatever value, as it does at a signal: a channel's receiver, a task, a timer.
    ///
    /// The future is polled within the controller's own; [`run_until`](Self::run_until) does not ask it.
    pub fn stop_when(mut self, stop: impl Future + Send + 'static) -> Self {
        self.stop = Mutex::new(Some(Box::pin(stop.map(drop))));
        self
    }

    /// Tells whether the controller is ready, from now until after it has stopped.
    pub fn readiness(&self) -> Readiness {
        Readiness::new(self.health.subscribe())
    }

    /// What the controller will run with.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Runs until SIGINT or SIGTERM, then drains; a second signal ends the drain at once, and a third the process.
    ///
    /// Where no client was given, the ordinary configuration is used: the kubeconfig (`KUBECONFIG`, or `~/.kube/config`),
    /// else the service account of the pod.
    ///
    /// # Errors
    ///
    /// * [`ConfigError`](crate::ConfigError), at once: the configuration can never work.
    /// * [`StartError`](crate::StartError): the first list took longer than `start_timeout`.
    /// * [`DrainError`](crate::DrainError): handlers were aborted at the drain deadline.
    ///
    /// A server that is away or refuses is none: it is told in the log, and tried again.
    ///
    /// # Exit code
    ///
    /// Of a program whose `main` gives this back: 0 after a drain in which all that ran was finished, whatever began it; 1 with
    /// the error on stderr after any of the above, so after a second signal that cut handlers off as well, and after a third.
    ///
    /// A thread of its own hears the signals, so that handlers which block all others cannot keep them away. They also keep the
    /// process from its end, in which the runtime waits for its threads: that is what the third is for.
    pub async fn run(mut self) -> Result {
        let asked = self.stop.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let Signals { stop: first, again, over: _over } = Signals::listen()?;
        let stop = async move {
            let asked = async {
                match asked {
                    Some(asked) => asked.await,
                    None => std::future::pending().await,
                }
            };
            let why = tokio::select! {
                Ok(signal) = first => signal,
                () = asked => "asked to",
            };
            tracing::info!(why, "shutting down: running handlers may finish, another signal ends them");
        };
        self.drive(stop, again).await
    }

    /// Runs until `stop` resolves, to whatever value, then drains. No signal is listened for. For ever: `std::future::pending::<()>()`.
    ///
    /// Cancellation safe in that nothing goes on once the future is dropped, but what runs is dropped with it: no drain.
    ///
    /// # Errors
    ///
    /// Those of [`Controller::run`].
    pub async fn run_until(self, stop: impl Future + Send) -> Result {
        self.drive(stop.map(drop), CancellationToken::new()).await
    }

    async fn drive(self, stop: impl Future<Output = ()>, at_once: CancellationToken) -> Result {
        let mut this = self.checked()?;
        let (reader, writer) = match this.client.take() {
            Some(reader) => {
                let handlers = client::traced(&reader);
                (reader, handlers)
            }
            None => client::inferred().await?,
        };
        let (drain, start) = (this.spec.shutdown, this.start);
        this.start(&reader, writer).until(stop, start, drain, &at_once).await
    }

    /// The same with the settings that will be in force, where they can be.
    pub(crate) fn checked(mut self) -> Result<Self> {
        self.spec.check()?;
        for source in &self.hooks.sources {
            source.retriever.check()?;
        }
        if let Some(encoding) = Encoding::of_operator()? {
            self.spec.retriever.encoding = encoding;
        }
        Ok(self)
    }

    /// The longest start and the longest drain.
    #[cfg(feature = "testing")]
    pub(crate) fn limits(&self) -> (Option<Duration>, Duration) {
        (self.start, self.spec.shutdown)
    }

    /// Puts the stages to work, with a client to read by and one for handlers.
    pub(crate) fn start(self, reader: &Client, writer: Client) -> Running<H> {
        if self.panic_places {
            crate::worker::install();
        }
        Running::start((self.handler, self.hooks), self.spec, self.spans, reader, writer, self.health)
    }
}
