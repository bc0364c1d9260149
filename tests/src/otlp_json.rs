//! A trace file, read by the rules of OTLP's JSON and not by Kooper's own reader.

use opentelemetry::{
    Array, InstrumentationScope, KeyValue, SpanId, StringValue, TraceId, Value as Any,
    trace::{Event, Link, SpanContext, SpanKind, Status, TraceFlags, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The spans of a trace file with their services, in the order in which they ended.
///
/// # Panics
///
/// If a line is not what the rules say.
pub fn read_otlp_json(text: &str) -> Vec<(String, SpanData)> {
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    let mut spans = Vec::new();
    for resource in lines.flat_map(|line| list(&line["resourceSpans"])) {
        let service = fields(&resource["resource"]["attributes"]);
        let service = service.iter().find(|field| field.key.as_str() == "service.name").expect("a service");
        let scopes = list(&resource["scopeSpans"]);
        let found = scopes.iter().flat_map(|scope| list(&scope["spans"]));
        spans.extend(found.map(|read| (service.value.to_string(), span(&read))));
    }
    spans
}

fn span(span: &Value) -> SpanData {
    let (mut events, mut links) = (SpanEvents::default(), SpanLinks::default());
    events.events = list(&span["events"])
        .iter()
        .map(|event| {
            Event::new(text(&event["name"]), time(&event["timeUnixNano"]), fields(&event["attributes"]), 0)
        })
        .collect();
    links.links = list(&span["links"])
        .iter()
        .map(|link| Link::new(context(link), fields(&link["attributes"]), 0))
        .collect();
    SpanData {
        span_context: context(span),
        parent_span_id: span["parentSpanId"].as_str().map_or(SpanId::INVALID, span_id),
        parent_span_is_remote: false,
        span_kind: match span["kind"].as_u64().expect("a number") {
            1 => SpanKind::Internal,
            2 => SpanKind::Server,
            3 => SpanKind::Client,
            4 => SpanKind::Producer,
            5 => SpanKind::Consumer,
            other => panic!("{other} is no kind"),
        },
        name: text(&span["name"]).into(),
        start_time: time(&span["startTimeUnixNano"]),
        end_time: time(&span["endTimeUnixNano"]),
        attributes: fields(&span["attributes"]),
        dropped_attributes_count: 0,
        events,
        links,
        status: match span["status"]["code"].as_u64() {
            None | Some(0) => Status::Unset,
            Some(1) => Status::Ok,
            Some(2) => Status::error(span["status"]["message"].as_str().unwrap_or_default().to_owned()),
            Some(other) => panic!("{other} is no status"),
        },
        instrumentation_scope: InstrumentationScope::default(),
    }
}

fn context(span: &Value) -> SpanContext {
    let trace = TraceId::from_hex(&text(&span["traceId"])).expect("hexadecimal");
    SpanContext::new(
        trace,
        span_id(&text(&span["spanId"])),
        TraceFlags::SAMPLED,
        false,
        TraceState::default(),
    )
}

fn span_id(text: &str) -> SpanId {
    SpanId::from_hex(text).expect("hexadecimal")
}

fn time(nanos: &Value) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(text(nanos).parse().expect("a number in text"))
}

fn fields(fields: &Value) -> Vec<KeyValue> {
    list(fields).iter().map(|field| KeyValue::new(text(&field["key"]), value(&field["value"]))).collect()
}

/// `AnyValue`.
fn value(value: &Value) -> Any {
    let (kind, value) = value.as_object().and_then(|value| value.iter().next()).expect("one of its kinds");
    match kind.as_str() {
        "stringValue" => text(value).into(),
        "boolValue" => value.as_bool().expect("a truth").into(),
        "intValue" => text(value).parse::<i64>().expect("a number in text").into(),
        "doubleValue" => value.as_f64().expect("a number").into(),
        "arrayValue" => {
            let texts = list(&value["values"])
                .iter()
                .map(|value| StringValue::from(text(&value["stringValue"])))
                .collect();
            Any::Array(Array::String(texts))
        }
        other => panic!("{other} is no kind of value"),
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
