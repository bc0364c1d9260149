//! Recorded spans: their attributes, logs and links.

use crate::telemetry::{draw, event, sink::Ended};
use opentelemetry::{
    KeyValue, SpanId, TraceId, Value,
    trace::{SpanContext, SpanKind, Status},
};
use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// A span that has ended.
#[derive(Clone)]
pub struct RecordedSpan {
    trace: Arc<[Ended]>,
    index: usize,
}

impl RecordedSpan {
    pub(super) fn new(trace: Arc<[Ended]>, index: usize) -> Self {
        Self { trace, index }
    }

    fn ended(&self) -> &Ended {
        &self.trace[self.index]
    }

    fn find(&self, is: impl Fn(&Ended) -> bool) -> impl Iterator<Item = Self> {
        let found = self.trace.iter().enumerate().filter(move |(_, ended)| is(ended));
        found.map(|(index, _)| Self { trace: Arc::clone(&self.trace), index })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.ended().span.name
    }

    /// The service that it belongs to: `test`, or what its field `otel.service` said.
    pub fn service(&self) -> &str {
        &self.ended().service.name
    }

    /// Its kind.
    pub fn kind(&self) -> SpanKind {
        self.ended().span.span_kind.clone()
    }

    /// An attribute, to be compared with a value of its type.
    pub fn attr(&self, name: &str) -> Attr<'_> {
        Attr { value: self.ended().attribute(name) }
    }

    /// All attributes, in the order in which they were set.
    pub fn attrs(&self) -> &[KeyValue] {
        &self.ended().span.attributes
    }

    /// What was logged, in order, each as a line: `event=add, kubernetes.object.key=default/web`.
    pub fn logs(&self) -> Vec<String> {
        self.ended().span.events.iter().map(event::line).collect()
    }

    /// The description of its error status; `None` unless it failed.
    pub fn error(&self) -> Option<String> {
        match &self.ended().span.status {
            Status::Error { description } => Some(description.to_string()),
            _ => None,
        }
    }

    /// The spans that it links to.
    pub fn links(&self) -> Vec<Link> {
        let links = self.ended().span.links.iter();
        links
            .map(|link| Link { to: link.span_context.clone(), attributes: link.attributes.clone() })
            .collect()
    }

    /// The span that called it, if that has ended.
    pub fn parent(&self) -> Option<Self> {
        let parent = self.ended().span.parent_span_id;
        self.find(move |ended| ended.span.span_context.span_id() == parent).next()
    }

    /// The spans that it called, in the order in which they started.
    pub fn children(&self) -> Vec<Self> {
        let id = self.id();
        self.find(move |ended| ended.span.parent_span_id == id).collect()
    }

    /// The first span of this name that it called.
    ///
    /// # Panics
    ///
    /// When there is none. The message has a picture of the trace.
    #[track_caller]
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        let child = self.children().into_iter().find(|child| child.name() == name);
        child.unwrap_or_else(|| panic!("no span `{name}` below `{}` in\n{}", self.name(), draw(&self.trace)))
    }

    /// When it started.
    pub fn start(&self) -> SystemTime {
        self.ended().span.start_time
    }

    /// How long it took, by the wall clock: a paused tokio clock has no part in it.
    pub fn duration(&self) -> Duration {
        self.ended().span.end_time.duration_since(self.start()).unwrap_or_default()
    }

    /// Its id.
    pub fn id(&self) -> SpanId {
        self.ended().span.span_context.span_id()
    }

    /// The id of its trace.
    pub fn trace_id(&self) -> TraceId {
        self.ended().span.span_context.trace_id()
    }
}

impl fmt::Debug for RecordedSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedSpan")
            .field("name", &self.name())
            .field("service", &self.service())
            .field("attrs", &self.attrs())
            .field("logs", &self.logs())
            .field("error", &self.error())
            .finish_non_exhaustive()
    }
}

/// A link to a span of another trace, or of the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    to: SpanContext,
    attributes: Vec<KeyValue>,
}

impl Link {
    /// Whether it is to this span.
    pub fn is_to(&self, span: &RecordedSpan) -> bool {
        self.to.trace_id() == span.trace_id() && self.to.span_id() == span.id()
    }

    /// The span that it is to.
    pub fn span_context(&self) -> &SpanContext {
        &self.to
    }

    /// An attribute of the link, to be compared with a value of its type.
    pub fn attr(&self, name: &str) -> Attr<'_> {
        let found = self.attributes.iter().find(|attribute| attribute.key.as_str() == name);
        Attr { value: found.map(|attribute| &attribute.value) }
    }
}

/// The value of an attribute, or that there is none.
///
/// It is compared with plain values, and is equal to one only if it has its type: text, an integer, a float or a boolean.
///
/// ```
/// # let traces = kooper::testing::Traces::new();
/// # let recording = traces.install();
/// # drop(tracing::info_span!("processJob", a = "b", n = 1, yes = true));
/// # let span = traces.all()[0].root();
/// assert_eq!(span.attr("a"), "b");
/// assert_eq!(span.attr("n"), 1);
/// assert_eq!(span.attr("yes"), true);
/// assert!(!span.attr("no").exists());
/// ```
#[derive(Clone, Copy)]
pub struct Attr<'a> {
    value: Option<&'a Value>,
}

impl<'a> Attr<'a> {
    /// Whether the span has it.
    pub fn exists(self) -> bool {
        self.value.is_some()
    }

    /// The value, whatever its type.
    pub fn value(self) -> Option<&'a Value> {
        self.value
    }

    /// The value, if it is text.
    pub fn as_str(self) -> Option<&'a str> {
        match self.value {
            Some(Value::String(value)) => Some(value.as_str()),
            _ => None,
        }
    }

    /// The value, if it is an integer.
    pub fn as_i64(self) -> Option<i64> {
        match self.value {
            Some(Value::I64(value)) => Some(*value),
            _ => None,
        }
    }

    /// The value, if it is a boolean.
    pub fn as_bool(self) -> Option<bool> {
        match self.value {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }
}

impl PartialEq<str> for Attr<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Attr<'_> {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl PartialEq<String> for Attr<'_> {
    fn eq(&self, other: &String) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<i64> for Attr<'_> {
    fn eq(&self, other: &i64) -> bool {
        self.as_i64() == Some(*other)
    }
}

impl PartialEq<bool> for Attr<'_> {
    fn eq(&self, other: &bool) -> bool {
        self.as_bool() == Some(*other)
    }
}

impl PartialEq<f64> for Attr<'_> {
    fn eq(&self, other: &f64) -> bool {
        matches!(self.value, Some(Value::F64(value)) if value == other)
    }
}

impl fmt::Debug for Attr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            None => f.write_str("no such attribute"),
            Some(Value::String(value)) => write!(f, "{:?}", value.as_str()),
            Some(value) => write!(f, "{value}"),
        }
    }
}
