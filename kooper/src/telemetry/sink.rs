//! Where ended spans go within the process: one sink behind the providers of all services.

use opentelemetry::{Context, Key, Value};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{Span, SpanData, SpanProcessor},
};
use std::{fmt::Debug, sync::Arc, time::Duration};

/// A service that spans come from: its name, and all else that its resource says.
#[derive(Debug, Default)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) resource: Option<Resource>,
}

impl Service {
    fn of(resource: &Resource) -> Self {
        let name = resource.get(&Key::from_static_str("service.name"));
        Self {
            name: name.as_ref().map(Value::as_str).unwrap_or_default().into_owned(),
            resource: Some(resource.clone()),
        }
    }
}

/// A span that has ended, with the service that it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub(crate) service: Arc<Service>,
    pub(crate) span: SpanData,
}

#[cfg(feature = "waterfall")]
impl Ended {
    /// Whether nothing above it in its trace ran in this process.
    pub(crate) fn is_local_root(&self) -> bool {
        self.span.parent_span_id == opentelemetry::SpanId::INVALID || self.span.parent_span_is_remote
    }

    /// The value of an attribute, the last one where there are several.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Value> {
        self.span.attributes.iter().rev().find(|attribute| attribute.key.as_str() == name).map(|at| &at.value)
    }
}

/// Takes ended spans, on the thread that ended them.
pub(crate) trait Sink: Debug + Send + Sync + 'static {
    /// Takes one span. It is called by many threads at once.
    fn take(&self, ended: Ended);

    /// Sends what waits to be sent; whether that could be done in time.
    fn flush(&self, timeout: Duration) -> bool {
        let _ = timeout;
        true
    }

    /// No more spans will come: lets go of all that is held. Whether that could be done in time.
    fn end(&self, timeout: Duration) -> bool {
        self.flush(timeout)
    }
}

/// How long a flush may take that comes with no time of its own.
const FLUSH: Duration = Duration::from_secs(5);

fn in_time(done: bool, timeout: Duration) -> OTelSdkResult {
    if done { Ok(()) } else { Err(OTelSdkError::Timeout(timeout)) }
}

/// The end of one service's provider in a [`Sink`] that all services share.
///
/// A provider owns its processors and tells each its resource, so a shared processor could not know which service a
/// span is of.
#[derive(Debug)]
pub(crate) struct Tap<S> {
    sink: Arc<S>,
    service: Arc<Service>,
}

impl<S: Sink> Tap<S> {
    pub(crate) fn new(sink: Arc<S>) -> Self {
        Self { sink, service: Arc::default() }
    }
}

impl<S: Sink> SpanProcessor for Tap<S> {
    fn on_start(&self, _span: &mut Span, _parent: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() {
            self.sink.take(Ended { service: Arc::clone(&self.service), span });
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        in_time(self.sink.flush(FLUSH), FLUSH)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        in_time(self.sink.end(timeout), timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.service = Arc::new(Service::of(resource));
    }
}
