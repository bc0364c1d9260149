//! Reads what [`traces_data`](super::traces_data) writes, and what a collector's file exporter does.

use crate::telemetry::sink::{Ended, Service};
use opentelemetry::{
    Array, InstrumentationScope, KeyValue, SpanId, StringValue, TraceFlags, TraceId, Value,
    trace::{Event, Link, SpanContext, SpanKind, Status, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    str::FromStr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The spans of one line.
pub(in super::super) fn spans(line: &str) -> Result<Vec<Ended>, serde_json::Error> {
    let data: TracesData = serde_json::from_str(line)?;
    let mut spans = Vec::new();
    for of in data.resource_spans {
        let name = of.resource.attributes.iter().find(|attribute| attribute.key == "service.name");
        let name = name.map(|name| Value::from(name.value.clone()).as_str().into_owned());
        let service = Arc::new(Service { name: name.unwrap_or_default(), resource: None });
        let all = of.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.extend(all.map(|span| Ended { service: Arc::clone(&service), span: span.into() }));
    }
    Ok(spans)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TracesData {
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans {
    #[serde(default)]
    resource: ResourceData,
    #[serde(default)]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ResourceData {
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct ScopeSpans {
    #[serde(default)]
    spans: Vec<SpanJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpanJson {
    #[serde(deserialize_with = "trace_id")]
    trace_id: TraceId,
    #[serde(deserialize_with = "span_id")]
    span_id: SpanId,
    #[serde(default = "no_span", deserialize_with = "span_id")]
    parent_span_id: SpanId,
    #[serde(default)]
    flags: u32,
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: u8,
    start_time_unix_nano: Nanos,
    end_time_unix_nano: Nanos,
    #[serde(default)]
    attributes: Vec<Attribute>,
    #[serde(default)]
    dropped_attributes_count: u32,
    #[serde(default)]
    events: Vec<EventJson>,
    #[serde(default)]
    dropped_events_count: u32,
    #[serde(default)]
    links: Vec<LinkJson>,
    #[serde(default)]
    dropped_links_count: u32,
    #[serde(default)]
    status: StatusJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventJson {
    time_unix_nano: Nanos,
    #[serde(default)]
    name: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
    #[serde(default)]
    dropped_attributes_count: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkJson {
    #[serde(deserialize_with = "trace_id")]
    trace_id: TraceId,
    #[serde(deserialize_with = "span_id")]
    span_id: SpanId,
    #[serde(default)]
    flags: u32,
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct StatusJson {
    code: u8,
    message: String,
}

#[derive(Deserialize, Clone)]
struct Attribute {
    key: String,
    #[serde(default)]
    value: Any,
}

/// `AnyValue`; what has no value is an empty text, and what only bodies of logs have is shown as JSON.
#[derive(Deserialize, Clone, Default)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_field_names, reason = "OTLP names them")]
struct Any {
    bool_value: Option<bool>,
    int_value: Option<Number<i64>>,
    double_value: Option<Number<f64>>,
    string_value: Option<String>,
    array_value: Option<AnyArray>,
    kvlist_value: Option<serde_json::Value>,
    bytes_value: Option<String>,
}

#[derive(Deserialize, Clone, Default)]
#[serde(default)]
struct AnyArray {
    values: Vec<Any>,
}

/// A number, or a text of one, as 64-bit integers and what is no JSON number are written.
#[derive(Clone, Copy)]
struct Number<T>(T);

impl<'de, T: FromStr + Deserialize<'de>> Deserialize<'de> for Number<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either<T> {
            Number(T),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(number) => Ok(Self(number)),
            Either::Text(text) => {
                text.parse().map(Self).map_err(|_| D::Error::custom(format_args!("`{text}` is no number")))
            }
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
struct Nanos(Number<u64>);

impl From<Nanos> for SystemTime {
    fn from(Nanos(Number(nanos)): Nanos) -> Self {
        UNIX_EPOCH + Duration::from_nanos(nanos)
    }
}

fn no_span() -> SpanId {
    SpanId::INVALID
}

fn trace_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TraceId, D::Error> {
    TraceId::from_hex(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn span_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SpanId, D::Error> {
    match &*String::deserialize(deserializer)? {
        "" => Ok(SpanId::INVALID),
        id => SpanId::from_hex(id).map_err(D::Error::custom),
    }
}

impl From<Any> for Value {
    fn from(any: Any) -> Self {
        match any {
            Any { bool_value: Some(truth), .. } => truth.into(),
            Any { int_value: Some(Number(number)), .. } => number.into(),
            Any { double_value: Some(Number(number)), .. } => number.into(),
            Any { string_value: Some(text), .. } | Any { bytes_value: Some(text), .. } => text.into(),
            Any { array_value: Some(array), .. } => array.into(),
            Any { kvlist_value: Some(pairs), .. } => pairs.to_string().into(),
            _ => "".into(),
        }
    }
}

impl From<AnyArray> for Value {
    fn from(AnyArray { values }: AnyArray) -> Self {
        /// The values, if all are of one type.
        fn all<T>(values: &[Any], one: impl Fn(&Any) -> Option<T>) -> Option<Vec<T>> {
            values.iter().map(one).collect()
        }
        let array = all(&values, |any| any.bool_value)
            .map(Array::Bool)
            .or_else(|| all(&values, |any| any.int_value.map(|Number(number)| number)).map(Array::I64))
            .or_else(|| all(&values, |any| any.double_value.map(|Number(number)| number)).map(Array::F64));
        let texts =
            || values.into_iter().map(|any| StringValue::from(Value::from(any).as_str().into_owned()));
        Value::Array(array.unwrap_or_else(|| Array::String(texts().collect())))
    }
}

fn pairs(attributes: Vec<Attribute>) -> Vec<KeyValue> {
    attributes.into_iter().map(|Attribute { key, value }| KeyValue::new(key, Value::from(value))).collect()
}

/// The W3C flags are the low byte; bit 9 says that it is remote.
fn place(trace: TraceId, span: SpanId, flags: u32) -> SpanContext {
    let w3c = TraceFlags::new(flags.to_le_bytes()[0]);
    SpanContext::new(trace, span, w3c, flags & 0x200 != 0, TraceState::default())
}

impl From<SpanJson> for SpanData {
    fn from(span: SpanJson) -> Self {
        let (mut events, mut links) = (SpanEvents::default(), SpanLinks::default());
        events.dropped_count = span.dropped_events_count;
        links.dropped_count = span.dropped_links_count;
        events.events = span.events.into_iter().map(Into::into).collect();
        links.links = span.links.into_iter().map(Into::into).collect();
        Self {
            span_context: place(span.trace_id, span.span_id, span.flags & 0xff),
            parent_span_id: span.parent_span_id,
            parent_span_is_remote: span.flags & 0x200 != 0,
            span_kind: match span.kind {
                2 => SpanKind::Server,
                3 => SpanKind::Client,
                4 => SpanKind::Producer,
                5 => SpanKind::Consumer,
                _ => SpanKind::Internal,
            },
            name: span.name.into(),
            start_time: span.start_time_unix_nano.into(),
            end_time: span.end_time_unix_nano.into(),
            attributes: pairs(span.attributes),
            dropped_attributes_count: span.dropped_attributes_count,
            events,
            links,
            status: match span.status.code {
                1 => Status::Ok,
                2 => Status::error(span.status.message),
                _ => Status::Unset,
            },
            instrumentation_scope: InstrumentationScope::default(),
        }
    }
}

impl From<EventJson> for Event {
    fn from(event: EventJson) -> Self {
        let at = event.time_unix_nano.into();
        Event::new(event.name, at, pairs(event.attributes), event.dropped_attributes_count)
    }
}

impl From<LinkJson> for Link {
    fn from(link: LinkJson) -> Self {
        Link::new(place(link.trace_id, link.span_id, link.flags), pairs(link.attributes), 0)
    }
}
