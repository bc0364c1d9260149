//! The settings of telemetry.

#[cfg(feature = "otlp")]
use super::InitError;
#[cfg(feature = "waterfall")]
use super::selection::Console;
use super::{
    LogFormat, Telemetry,
    export::Batches,
    fan::Fan,
    file::TraceFile,
    filter,
    log::{Form, Json, Lines, Out, Text},
    sampling::{Once, Sampling},
    selection::Selection,
    services::{self, Services},
    sink::{Sink, Tap},
    variable,
};
use opentelemetry::KeyValue;
#[cfg(feature = "otlp")]
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::trace::{
    SdkTracerProvider, ShouldSample, SpanExporter, SpanProcessor, TracerProviderBuilder,
};
use std::{
    fmt,
    io::{IsTerminal as _, Write},
    path::PathBuf,
    sync::Arc,
};
use tracing_subscriber::filter::Targets;

/// Adds a span processor to the provider of each service.
type Attach = Arc<dyn Fn(TracerProviderBuilder) -> TracerProviderBuilder + Send + Sync>;

/// Starts the thread of an exporter.
type Start = Box<dyn FnOnce() -> crate::Result<Batches> + Send + Sync>;

/// The settings of [`init`](super::init), each with a default. Made by [`builder`](super::builder).
///
/// ```no_run
/// use opentelemetry::KeyValue;
///
/// fn main() -> kooper::Result {
///     let _telemetry = kooper::telemetry::builder("pod-printer")
///         .attribute(KeyValue::new("deployment.environment.name", "staging"))
///         .logs("info,pod_printer=debug")
///         .init()?;
///     Ok(())
/// }
/// ```
#[must_use = "settings do nothing until `init` or `build`"]
pub struct Builder {
    service: String,
    attributes: Vec<KeyValue>,
    logs: Option<String>,
    log_writer: Option<Box<dyn Write + Send>>,
    log_format: Option<LogFormat>,
    traces: Option<String>,
    trace_file: Option<PathBuf>,
    sampler: Option<Box<dyn ShouldSample>>,
    attached: Vec<Attach>,
    exporters: Vec<Start>,
    #[cfg(feature = "otlp")]
    otlp: Vec<super::Otlp>,
    #[cfg(feature = "otlp")]
    otlp_logs: Option<super::Otlp>,
    #[cfg(feature = "jaeger")]
    jaeger: Vec<super::Jaeger>,
    #[cfg(feature = "waterfall")]
    waterfall: Drawing,
}

/// Whether a waterfall is drawn.
#[cfg(feature = "waterfall")]
enum Drawing {
    /// On standard output, if no exporter is set.
    Auto,
    Never,
    Always(super::Waterfall),
}

impl Builder {
    pub(super) fn new(service: String) -> Self {
        Self {
            service,
            attributes: Vec::new(),
            logs: None,
            log_writer: None,
            log_format: None,
            traces: None,
            trace_file: None,
            sampler: None,
            attached: Vec::new(),
            exporters: Vec::new(),
            #[cfg(feature = "otlp")]
            otlp: Vec::new(),
            #[cfg(feature = "otlp")]
            otlp_logs: None,
            #[cfg(feature = "jaeger")]
            jaeger: Vec::new(),
            #[cfg(feature = "waterfall")]
            waterfall: Drawing::Auto,
        }
    }

    /// An attribute of the service's resource. Those of `OTEL_RESOURCE_ATTRIBUTES` win.
    pub fn attribute(mut self, attribute: KeyValue) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// Which events are log lines, where `RUST_LOG` does not say it; `info` unless this is called. It has no influence on
    /// traces.
    ///
    /// The language is that of [`EnvFilter`](tracing_subscriber::EnvFilter).
    pub fn logs(mut self, filter: impl Into<String>) -> Self {
        self.logs = Some(filter.into());
        self
    }

    /// Where log lines go, without colour; standard error unless this is called. Each line is one write.
    pub fn logs_to(mut self, writer: impl Write + Send + 'static) -> Self {
        self.log_writer = Some(Box::new(writer));
        self
    }

    /// How log lines are written, where `KOOPER_LOG_FORMAT` does not say it; [`LogFormat::Text`] unless this is called.
    pub fn log_format(mut self, format: LogFormat) -> Self {
        self.log_format = Some(format);
        self
    }

    /// Which spans and events go into traces, where `KOOPER_TRACES` does not say it; all of INFO and above unless this is
    /// called. It has no influence on log lines.
    ///
    /// The language is that of [`Targets`](tracing_subscriber::filter::Targets): `info,my_app::pods=debug`. The HTTP
    /// transport's own spans stay out unless they are named, as in `info,kube_client=debug`.
    pub fn traces(mut self, filter: impl Into<String>) -> Self {
        self.traces = Some(filter.into());
        self
    }

    /// Appends every ended span to a file as a line of OTLP JSON, where `KOOPER_TRACE_FILE` names no other.
    ///
    /// Each line is written when its span ends, by the thread that ended it: for tests and for a look at single traces,
    /// not for production.
    pub fn trace_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.trace_file = Some(path.into());
        self
    }

    /// Which traces are recorded; by `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`, else all, unless this is called.
    pub fn sampler(mut self, sampler: impl ShouldSample + 'static) -> Self {
        self.sampler = Some(Box::new(sampler));
        self
    }

    /// Exports traces by OTLP. The waterfall is then no longer drawn by itself.
    ///
    /// Without it, `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_TRACES_EXPORTER=otlp` does. It can be called several times.
    #[cfg(feature = "otlp")]
    #[cfg_attr(docsrs, doc(cfg(feature = "otlp")))]
    pub fn otlp(mut self, otlp: super::Otlp) -> Self {
        self.otlp.push(otlp);
        self
    }

    /// Exports log lines by OTLP as well, each with the trace and the span in which it was logged. It needs
    /// [`init`](Self::init).
    ///
    /// Without it, `OTEL_LOGS_EXPORTER=otlp` does. They are those that are written, by the same filter. At most 2,048 wait to
    /// be sent (`OTEL_BLRP_MAX_QUEUE_SIZE`); more are dropped, and nobody waits.
    #[cfg(feature = "otlp")]
    #[cfg_attr(docsrs, doc(cfg(feature = "otlp")))]
    pub fn otlp_logs(mut self, otlp: super::Otlp) -> Self {
        self.otlp_logs = Some(otlp);
        self
    }

    /// Exports traces to Jaeger's agent or collector. The waterfall is then no longer drawn by itself.
    ///
    /// Without it, `JAEGER_AGENT_HOST`, `JAEGER_ENDPOINT` or `OTEL_TRACES_EXPORTER=jaeger` does. It can be called several times.
    #[cfg(feature = "jaeger")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jaeger")))]
    pub fn jaeger(mut self, jaeger: super::Jaeger) -> Self {
        self.jaeger.push(jaeger);
        self
    }

    /// Sends ended spans in batches by an exporter. The waterfall is then no longer drawn by itself.
    ///
    /// `make` is called once for each service that has spans, since an exporter is told of one service. All of them share
    /// a queue and a thread, by `OTEL_BSP_*`; when the queue is full, spans are dropped and counted, and nobody waits. Where
    /// the exporter needs a tokio runtime, call [`init`](Self::init) inside of one that has several threads: the drop of
    /// [`Telemetry`] blocks its thread until all is sent.
    pub fn exporter<E: SpanExporter + 'static>(
        mut self,
        make: impl Fn() -> E + Send + Sync + 'static,
    ) -> Self {
        let make = Arc::new(make);
        self.exporters.push(Box::new(move || Batches::start(make, var)));
        self
    }

    /// Gives started and ended spans to a span processor. The waterfall is then no longer drawn by itself.
    ///
    /// `make` is called once for each service that has spans.
    pub fn processor<P: SpanProcessor + 'static>(
        mut self,
        make: impl Fn() -> P + Send + Sync + 'static,
    ) -> Self {
        self.attached.push(Arc::new(move |provider| provider.with_span_processor(make())));
        self
    }

    /// Draws each finished trace, whatever exporters there are.
    ///
    /// Unless this or [`without_waterfall`](Self::without_waterfall) is called, traces are drawn on standard output where
    /// no exporter and no processor is set. `KOOPER_WATERFALL=always` or `never` wins over all of them.
    #[cfg(feature = "waterfall")]
    #[cfg_attr(docsrs, doc(cfg(feature = "waterfall")))]
    pub fn waterfall(mut self, waterfall: super::Waterfall) -> Self {
        self.waterfall = Drawing::Always(waterfall);
        self
    }

    /// Draws no traces.
    #[cfg(feature = "waterfall")]
    #[cfg_attr(docsrs, doc(cfg(feature = "waterfall")))]
    pub fn without_waterfall(mut self) -> Self {
        self.waterfall = Drawing::Never;
        self
    }

    /// Sets telemetry up for the whole program: log lines and traces.
    ///
    /// # Errors
    ///
    /// When the program has a subscriber already, and when a setting or a variable can never work.
    pub fn init(mut self) -> crate::Result<Telemetry> {
        let filter = var("RUST_LOG");
        let filter = match (&filter, &self.logs) {
            (Some(filter), _) => filter::LineFilter::new("RUST_LOG", Some(filter)),
            (None, logs) => filter::LineFilter::new("logs", logs.as_deref()),
        }?;
        let color = self.log_writer.is_none() && std::io::stderr().is_terminal() && var("NO_COLOR").is_none();
        let out = Out::new(self.log_writer.take().unwrap_or_else(|| Box::new(std::io::stderr())));
        let format = LogFormat::of(var("KOOPER_LOG_FORMAT").as_deref(), self.log_format)?;
        #[cfg_attr(not(feature = "otlp"), expect(unused_mut))]
        let mut forms: Vec<Box<dyn Form>> = vec![match format {
            LogFormat::Text => Box::new(Text::new(out, color)),
            LogFormat::Json => Box::new(Json::new(out)),
        }];
        #[cfg(feature = "otlp")]
        let logs = self.logs_by_otlp()?;
        #[cfg_attr(not(feature = "otlp"), expect(unused_mut))]
        let mut telemetry = self.build()?;
        #[cfg(feature = "otlp")]
        if let Some(logs) = logs {
            forms.push(Box::new(super::log::otlp::Records::new(&logs)));
            telemetry.logs = Some(logs);
        }
        telemetry.install(Lines::new(forms), filter)?;
        Ok(telemetry)
    }

    /// What sends log lines, where that is wanted.
    #[cfg(feature = "otlp")]
    fn logs_by_otlp(&mut self) -> Result<Option<SdkLoggerProvider>, InitError> {
        let program = self.otlp_logs.take();
        let disabled = var("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let wanted = match var("OTEL_LOGS_EXPORTER") {
            _ if disabled => None,
            None => program,
            Some(value) => match value.as_str() {
                "otlp" => Some(program.unwrap_or_default()),
                "none" => None,
                _ => {
                    let (variable, known) = ("OTEL_LOGS_EXPORTER", "`otlp`, `none`");
                    return Err(InitError::Variable { variable, value, known });
                }
            },
        };
        let resource = || services::own_resource(&self.service, self.attributes.clone(), var);
        wanted.map(|otlp| otlp.logs(resource(), var)).transpose()
    }

    /// Sets up traces alone, for a program with a subscriber of its own: add [`Telemetry::layer`] to it.
    ///
    /// # Errors
    ///
    /// When a setting or a variable can never work.
    pub fn build(self) -> crate::Result<Telemetry> {
        let traces = var("KOOPER_TRACES");
        let filter = match (&traces, &self.traces) {
            (Some(filter), _) => filter::traces("KOOPER_TRACES", Some(filter)),
            (None, traces) => filter::traces("traces", traces.as_deref()),
        }?;
        // Without an exporter or the waterfall there is nothing to select, but a wrong variable is told all the same.
        #[cfg_attr(
            not(any(feature = "otlp", feature = "jaeger", feature = "waterfall")),
            expect(unused_variables)
        )]
        let selection = Selection::of(var)?;
        #[cfg_attr(not(any(feature = "otlp", feature = "jaeger")), expect(unused_mut))]
        let mut exporters = self.exporters.into_iter().map(|start| start()).collect::<Result<Vec<_>, _>>()?;
        #[cfg(feature = "otlp")]
        for otlp in selection.otlp.of(self.otlp) {
            exporters.push(otlp.start(var)?);
        }
        #[cfg(feature = "jaeger")]
        for jaeger in selection.jaeger.of(self.jaeger) {
            exporters.push(jaeger.start(var)?);
        }
        let mut attached = self.attached;
        if !exporters.is_empty() {
            attached.push(attach(Fan::new(exporters)));
        }
        #[cfg(feature = "waterfall")]
        if let Some(waterfall) = self.waterfall.decide(
            attached.is_empty(),
            selection.console,
            var("KOOPER_WATERFALL").as_deref(),
        )? {
            attached.push(Arc::new(move |provider| provider.with_span_processor(waterfall.processor())));
        }
        if let Some(path) = var("KOOPER_TRACE_FILE").map(PathBuf::from).or(self.trace_file) {
            attached.push(attach(TraceFile::open(&path)?));
        }
        if var("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            attached.clear();
        }
        // A span that goes nowhere is not made.
        let filter = if attached.is_empty() { Targets::new() } else { filter };
        #[cfg_attr(not(feature = "jaeger"), expect(unused_mut))]
        let (mut attributes, mut sampler) = (self.attributes, self.sampler);
        #[cfg(feature = "jaeger")]
        {
            attributes.extend(super::jaeger::variables::tags(var));
            if sampler.is_none() {
                sampler = super::jaeger::variables::sampler(var)?.map(Into::into);
            }
        }
        // Unless it is told, the SDK goes by the variables.
        let takes_roots = sampler.is_none() && variable::takes_roots(var)?;
        let sampler = sampler.unwrap_or_else(|| opentelemetry_sdk::trace::Config::default().sampler);
        let told = sampler.clone();
        let resource = services::own_resource(&self.service, attributes, var);
        let services = Services::new(
            resource,
            Box::new(move || {
                let provider = SdkTracerProvider::builder().with_sampler(Once(told.clone()));
                attached.iter().fold(provider, |provider, attach| attach(provider))
            }),
        );
        Ok(Telemetry::new(services, filter, Sampling::new(sampler, takes_roots)))
    }
}

/// A sink that the providers of all services share.
fn attach(sink: impl Sink) -> Attach {
    let sink = Arc::new(sink);
    Arc::new(move |provider| provider.with_span_processor(Tap::new(Arc::clone(&sink))))
}

/// A variable that is set to something.
fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(feature = "waterfall")]
impl Drawing {
    /// The waterfall to draw, if any.
    fn decide(
        self,
        alone: bool,
        console: Console,
        told: Option<&str>,
    ) -> Result<Option<super::Waterfall>, super::InitError> {
        let told = match console {
            Console::Program => told,
            Console::Yes => told.or(Some("always")),
            Console::No => told.or(Some("never")),
        };
        let waterfall = match (told, self) {
            (Some("never"), _) | (None | Some("auto"), Self::Never) => None,
            (None | Some("auto" | "always"), Self::Always(waterfall)) => Some(waterfall),
            (Some("always"), _) => Some(super::Waterfall::stdout()),
            (None | Some("auto"), Self::Auto) => alone.then(super::Waterfall::stdout),
            (Some(value), _) => {
                let (variable, value) = ("KOOPER_WATERFALL", value.to_owned());
                return Err(super::InitError::Variable {
                    variable,
                    value,
                    known: "`always`, `auto`, `never`",
                });
            }
        };
        Ok(waterfall)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("service", &self.service).finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "waterfall"))]
mod tests {
    use super::*;
    use crate::telemetry::Waterfall;

    #[test]
    fn traces_are_drawn_where_nothing_else_takes_them_unless_it_is_told_otherwise() {
        let decide = |drawing: Drawing, alone, told| {
            drawing.decide(alone, Console::Program, told).map(|drawn| drawn.is_some())
        };
        let always = || Drawing::Always(Waterfall::stdout());
        for (drawing, alone, told, drawn) in [
            (Drawing::Auto, true, None, true),
            (Drawing::Auto, false, None, false),
            (Drawing::Auto, false, Some("always"), true),
            (Drawing::Auto, true, Some("never"), false),
            (Drawing::Never, true, Some("auto"), false),
            (Drawing::Never, true, Some("always"), true),
            (always(), false, Some("auto"), true),
            (always(), false, Some("never"), false),
        ] {
            assert!(matches!(decide(drawing, alone, told), Ok(is) if is == drawn), "{alone} {told:?}");
        }
        let console = |console, told| Drawing::Never.decide(false, console, told);
        assert!(matches!(console(Console::Yes, None), Ok(Some(_))), "OTEL_TRACES_EXPORTER=console");
        assert!(matches!(console(Console::Yes, Some("never")), Ok(None)), "Kooper's own variable wins");
        let error = decide(always(), true, Some("maybe")).expect_err("it is none of the three");
        assert_eq!(
            error.to_string(),
            "KOOPER_WATERFALL=`maybe` is not known: use one of `always`, `auto`, `never`"
        );
    }
}
