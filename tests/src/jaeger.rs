//! Spans as Jaeger's query API has them.

use crate::Jaeger;
use opentelemetry::{
    Array, KeyValue, Value as Any,
    trace::{SpanContext, SpanId, SpanKind, Status},
};
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Fields with the type that Jaeger shows, and the value as JSON: `int64 7`.
pub type Fields = BTreeMap<String, String>;

/// What a span says, without what is different each time: ids and process tags.
#[derive(Debug, Clone, PartialEq)]
pub struct JaegerSpan {
    /// The ids of its trace, itself, and its parent; the last is empty on a root.
    pub ids: [String; 3],
    /// The service.
    pub service: String,
    /// The operation.
    pub name: String,
    /// Start and duration in µs.
    pub time: [u64; 2],
    /// The tags.
    pub tags: Fields,
    /// The logs with their time. Jaeger sorts the fields of a log and keeps no order of logs within a microsecond.
    pub logs: BTreeSet<(u64, Vec<(String, String)>)>,
    /// Trace and span of each link.
    pub links: BTreeSet<[String; 2]>,
}

/// The spans in an answer's `data`.
///
/// # Panics
///
/// If it is no list of traces as Jaeger gives it.
pub fn jaeger_spans(data: &Value) -> Vec<JaegerSpan> {
    let traces = data.as_array().expect("a list of traces").iter();
    traces.flat_map(|trace| list(&trace["spans"]).map(|span| JaegerSpan::of(trace, span))).collect()
}

impl JaegerSpan {
    fn of(trace: &Value, span: &Value) -> Self {
        let reference = |kind: &'static str| {
            list(&span["references"])
                .filter(move |reference| reference["refType"] == kind)
                .map(|reference| ["traceID", "spanID"].map(|id| text(&reference[id])))
        };
        let parent = reference("CHILD_OF").map(|[_, span]| span).next().unwrap_or_default();
        let logs = list(&span["logs"])
            .map(|log| (number(&log["timestamp"]), fields(&log["fields"]).into_iter().collect()));
        Self {
            ids: [text(&span["traceID"]), text(&span["spanID"]), parent],
            service: text(&trace["processes"][text(&span["processID"])]["serviceName"]),
            name: text(&span["operationName"]),
            time: ["startTime", "duration"].map(|field| number(&span[field])),
            tags: fields(&span["tags"]),
            logs: logs.collect(),
            links: reference("FOLLOWS_FROM").collect(),
        }
    }

    /// A tag's value as text, without its type; empty where there is none.
    pub fn tag(&self, name: &str) -> &str {
        let tag = self.tags.get(name).map_or("", String::as_str);
        tag.split_once(' ').map_or("", |(_, value)| value.trim_matches('"'))
    }
}

fn fields(fields: &Value) -> Fields {
    list(fields)
        .map(|field| (text(&field["key"]), format!("{} {}", text(&field["type"]), field["value"])))
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

/// How spans went to Jaeger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Thrift, to the agent or to the collector.
    Thrift,
    /// OTLP, over HTTP or gRPC.
    Otlp,
}

/// A span of a service as Jaeger should have it.
///
/// # Panics
///
/// If it was before 1970.
pub fn expected(service: &str, span: &SpanData, way: Wire) -> JaegerSpan {
    let micros =
        |time: SystemTime| u64::try_from(time.duration_since(UNIX_EPOCH).expect("after 1970").as_micros());
    let start = micros(span.start_time).expect("in range");
    let ids = |context: &SpanContext| [context.trace_id().to_string(), context.span_id().to_string()];
    let [trace, own] = ids(&span.span_context);
    let parent =
        if span.parent_span_id == SpanId::INVALID { String::new() } else { span.parent_span_id.to_string() };
    let mut tags: Fields = span.attributes.iter().map(|tag| told(tag, way)).collect();
    let mut tag = |name: &str, value: Any| tags.extend([told(&KeyValue::new(name.to_owned(), value), way)]);
    if way == Wire::Otlp {
        tag("otel.scope.name", "kooper".into());
        tag("otel.scope.version", env!("CARGO_PKG_VERSION").into());
    }
    if way == Wire::Otlp || span.span_kind != SpanKind::Internal {
        tag("span.kind", format!("{:?}", span.span_kind).to_lowercase().into());
    }
    match &span.status {
        Status::Unset => {}
        Status::Ok => tag("otel.status_code", "OK".into()),
        Status::Error { description } => {
            tag("error", true.into());
            tag("otel.status_code", "ERROR".into());
            if !description.is_empty() {
                tag("otel.status_description", description.clone().into_owned().into());
            }
        }
    }
    let logs = span.events.iter().map(|event| {
        let mut fields: Vec<_> = event.attributes.iter().map(|tag| told(tag, way)).collect();
        if !event.name.is_empty() {
            fields.push(told(&KeyValue::new("event", event.name.to_string()), way));
        }
        fields.sort();
        (micros(event.timestamp).expect("in range"), fields)
    });
    let duration = span.end_time.duration_since(span.start_time).unwrap_or_default();
    JaegerSpan {
        ids: [trace, own, parent],
        service: service.to_owned(),
        name: span.name.to_string(),
        time: [start, u64::try_from(duration.as_micros()).expect("in range")],
        tags,
        logs: logs.collect(),
        links: span.links.iter().map(|link| ids(&link.span_context)).collect(),
    }
}

/// A field as Jaeger shows it: its type and value. Arrays are text there, and thrift's is not escaped.
fn told(field: &KeyValue, way: Wire) -> (String, String) {
    let json = |value: &str| serde_json::Value::from(value).to_string();
    let value = match &field.value {
        Any::Bool(value) => format!("bool {value}"),
        // Jaeger writes as text what JavaScript has no number for.
        Any::I64(value) if value.unsigned_abs() >= 1 << 53 => format!("int64 \"{value}\""),
        Any::I64(value) => format!("int64 {value}"),
        // JSON has no difference between 2 and 2.0, and Jaeger writes the first.
        Any::F64(value) => format!("float64 {value}"),
        Any::String(value) => format!("string {}", json(value.as_str())),
        Any::Array(Array::String(values)) if way == Wire::Otlp => {
            let values: Vec<_> = values.iter().map(|value| json(value.as_str())).collect();
            format!("string {}", json(&format!("[{}]", values.join(","))))
        }
        other => format!("string {}", json(&other.as_str())),
    };
    (field.key.as_str().to_owned(), value)
}

/// All spans of some services, by their ids, once there are so many.
///
/// # Panics
///
/// If they don't come within a minute.
pub fn arrived(jaeger: &Jaeger, services: &[&str], count: usize) -> BTreeMap<String, JaegerSpan> {
    let started = Instant::now();
    loop {
        let query = |service| jaeger.query(&format!("/api/traces?service={service}&limit=1000&lookback=1h"));
        let spans = services.iter().flat_map(|service| jaeger_spans(&query(service)));
        // A trace is found by each of its services.
        let spans: BTreeMap<_, _> = spans.map(|span| (span.ids[1].clone(), span)).collect();
        if spans.len() >= count {
            return spans;
        }
        assert!(started.elapsed() < Duration::from_mins(1), "{} of {count} spans arrived", spans.len());
        std::thread::sleep(Duration::from_millis(200));
    }
}
