//! Telemetry of a program: readable log lines, and traces that go somewhere.
//!
//! Kooper's spans are ordinary `tracing` spans, and any subscriber takes them. This module sets up a good one:
//!
//! ```no_run
//! # fn main() -> kooper::Result {
//! let _telemetry = kooper::telemetry::init("pod-printer")?;
//! # Ok(()) }
//! ```
//!
//! - **Log lines** go to standard error, one a line. A line that is logged inside a handler says which object it is about,
//!   which attempt this is, and in which trace and span it stands. `RUST_LOG` says which lines there are (default `info`), and nothing else: traces stay
//!   whole under `RUST_LOG=warn`.
//! - **Traces** go to the exporters that are set, all at once: OTLP (`Otlp`, feature `otlp`), Jaeger's agent or collector
//!   (`Jaeger`, feature `jaeger`), your own. Where there is none, each trace is drawn on standard output when it ends: the
//!   [`Waterfall`]. A trace file is no exporter: with one, traces are drawn all the same.
//!
//! Whatever is logged inside a span is an event of that span as well, from INFO up; `KOOPER_TRACES` decides. A line of
//! level ERROR does not make its span a failed one: `#[instrument(err)]` does, and so does the field `otel.status_code`.
//!
//! # Variables
//!
//! | variable | meaning |
//! |---|---|
//! | `RUST_LOG` | which events are log lines, default `info`; as in `warn,my_app::pods=debug` |
//! | `KOOPER_LOG_FORMAT` | `text` or `json`: see [`LogFormat`] |
//! | `KOOPER_TRACES` | which spans, and events inside them, go into traces, default `info`; `off` for none |
//! | `KOOPER_WATERFALL` | `always`, `never`, or `auto`: draw traces where no exporter is set |
//! | `KOOPER_TRACE_FILE` | a file to which every ended span is appended as a line of OTLP JSON |
//! | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | the service, before what the program says |
//! | `POD_NAME`, `POD_UID`, `POD_NAMESPACE`, `NODE_NAME` | the pod, as a manifest takes it from the downward API: `k8s.*` of the resource |
//! | `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG` | which traces are recorded, default all |
//! | `OTEL_TRACES_EXPORTER` | the exporters, with commas between: `otlp`, `jaeger`, `console` (the waterfall), `none` |
//! | `OTEL_LOGS_EXPORTER` | `otlp`: log lines are exported as well; default `none` |
//! | `OTEL_EXPORTER_OTLP_*` | where OTLP goes to; an endpoint turns it on |
//! | `JAEGER_*` | the agent or the collector, and what else `jaeger-client-go` understood; an address turns it on |
//! | `OTEL_SDK_DISABLED` | `true`: no traces at all |
//! | `OTEL_SPAN_*_COUNT_LIMIT`, `OTEL_BSP_*` | limits and batches, as OpenTelemetry says |
//! | `NO_COLOR`, `COLUMNS`, `LC_ALL`, `LC_CTYPE`, `LANG` | how traces are drawn, and whether log lines have colours |
//!
//! # Which exporters there are
//!
//! How to choose is in [`exporters`].
//!
//! Those that the program gives to its [`Builder`], and those that variables turn on: `OTEL_EXPORTER_OTLP_ENDPOINT`, or that
//! of traces, one for OTLP; `JAEGER_ENDPOINT`, `JAEGER_AGENT_HOST` or `JAEGER_AGENT_PORT` one for Jaeger. An exporter of the program is not
//! added a second time. `OTEL_TRACES_EXPORTER` has the last word: where it is set, there are just the ones that it names,
//! each as the program sets it, else at its defaults. It has no say on [`Builder::exporter`] and [`Builder::processor`].
//!
//! # A subscriber of your own
//!
//! ```
//! use tracing_subscriber::layer::SubscriberExt as _;
//!
//! # fn main() -> kooper::Result {
//! let telemetry = kooper::telemetry::builder("pod-printer").build()?;
//! let subscriber = tracing_subscriber::registry().with(telemetry.layer()).with(tracing_subscriber::fmt::layer());
//! # drop(subscriber);
//! # Ok(()) }
//! ```
//!
//! There must be one OpenTelemetry layer at most in a subscriber; with two of them, the first span panics.

#[cfg(any(feature = "otlp", feature = "jaeger"))]
mod blocking;
mod builder;
#[cfg(any(feature = "otlp", feature = "jaeger"))]
mod client;
#[cfg(any(feature = "otlp", feature = "jaeger"))]
mod destination;
mod error;
#[cfg(feature = "waterfall")]
pub(crate) mod event;
mod events;
mod export;
pub mod exporters;
mod fan;
mod file;
mod filter;
#[cfg(feature = "jaeger")]
mod jaeger;
mod layer;
mod log;
mod log_format;
#[cfg(feature = "otlp")]
mod otlp;
mod otlp_json;
mod plain;
pub(crate) mod sampling;
mod selection;
mod services;
pub(crate) mod sink;
mod variable;
#[cfg(feature = "waterfall")]
mod waterfall;

pub use builder::Builder;
pub use error::InitError;
#[cfg(feature = "jaeger")]
#[cfg_attr(docsrs, doc(cfg(feature = "jaeger")))]
pub use jaeger::Jaeger;
#[cfg(feature = "testing")]
pub(crate) use layer::bridge;
pub(crate) use log::Subject;
pub use log_format::LogFormat;
use opentelemetry_sdk::trace::SdkTracerProvider;
#[cfg(feature = "otlp")]
#[cfg_attr(docsrs, doc(cfg(feature = "otlp")))]
pub use otlp::Otlp;
use sampling::Sampling;
pub use services::Services;
use std::time::Duration;
use tracing::Subscriber;
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};
#[cfg(feature = "testing")]
pub(crate) use waterfall::draw_plain as draw;
#[cfg(feature = "waterfall")]
#[cfg_attr(docsrs, doc(cfg(feature = "waterfall")))]
pub use waterfall::{TraceFileError, Waterfall};

/// Sets telemetry up for the whole program, with the defaults and variables of [this module](self).
///
/// Keep what it returns until the end of `main`: dropped, it sends what has not been sent yet.
///
/// # Errors
///
/// When the program has a subscriber already, and when a variable has a value that can never work: see [`InitError`].
pub fn init(service: impl Into<String>) -> crate::Result<Telemetry> {
    builder(service).init()
}

/// The settings of telemetry for a service, all at their defaults.
pub fn builder(service: impl Into<String>) -> Builder {
    Builder::new(service.into())
}

/// How long a drop waits for exporters.
const FLUSH: Duration = Duration::from_secs(5);

/// Telemetry that is set up. Its drop sends what exporters still hold, and draws what has not ended; that takes at most
/// 5 s, and 5 s more where log lines are exported. Spans that end later are lost.
#[derive(Debug)]
#[must_use = "dropped at once, it would record nothing: `let _telemetry = …`"]
pub struct Telemetry {
    services: Services,
    filter: Targets,
    sampling: Sampling,
    #[cfg(feature = "otlp")]
    logs: Option<opentelemetry_sdk::logs::SdkLoggerProvider>,
}

impl Telemetry {
    fn new(services: Services, filter: Targets, sampling: Sampling) -> Self {
        Self {
            services,
            filter,
            sampling,
            #[cfg(feature = "otlp")]
            logs: None,
        }
    }

    /// The layer that makes traces of spans, for a subscriber of your own. It has a filter of its own: the level of other
    /// layers has no influence on it.
    ///
    /// Add it once, and below no global filter. A subscriber with two OpenTelemetry layers panics at its first span.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        layer::bridge(self.services.clone(), &self.filter)
    }

    /// The tracer of all services, for code that makes OpenTelemetry spans itself.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// The provider of the program's own service, for instance to give to `opentelemetry::global`.
    pub fn provider(&self) -> &SdkTracerProvider {
        self.services.own()
    }

    /// Makes a subscriber of the layer and the log lines, and that the program's. Only here is the sampler asked before a span is
    /// made: other layers may want spans that are sampled out.
    fn install(&self, lines: log::Lines, filter: filter::LineFilter) -> Result<(), InitError> {
        tracing_subscriber::registry()
            .with(self.layer())
            .with(lines.with_filter(filter))
            .with(self.sampling.clone().with_filter(LevelFilter::OFF))
            .try_init()
            .map_err(|_| InitError::AlreadySet)
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        self.services.shut_down(FLUSH);
        // After the spans, which log what they lost.
        #[cfg(feature = "otlp")]
        if let Some(logs) = &self.logs {
            let _ = logs.shutdown_with_timeout(FLUSH);
        }
    }
}
