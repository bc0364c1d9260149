//! OTLP's JSON encoding of one span: a `TracesData` object, as a collector's file exporter writes it.
//!
//! The rules that differ from protobuf's own JSON: ids are hexadecimal, enumerations are numbers. 64-bit integers are
//! strings, as there.

use super::sink::Ended;
use opentelemetry::{
    Array, InstrumentationScope, KeyValue, SpanId, Value,
    trace::{SpanKind, Status},
};
use serde_json::{Map, Value as Json, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// `TracesData` with this one span, without a line break.
pub(super) fn traces_data(ended: &Ended) -> String {
    let mut resource: Vec<_> = ended.service.resource.iter().flat_map(|resource| resource.iter()).collect();
    // A resource has no order of its own.
    resource.sort_unstable_by_key(|(key, _)| key.as_str());
    let resource: Vec<_> =
        resource.into_iter().map(|(key, value)| json!({"key": key.as_str(), "value": any(value)})).collect();
    json!({"resourceSpans": [{
        "resource": {"attributes": resource},
        "scopeSpans": [{"scope": scope(&ended.span.instrumentation_scope), "spans": [span(ended)]}],
    }]})
    .to_string()
}

fn scope(scope: &InstrumentationScope) -> Json {
    let mut out = Map::new();
    out.insert("name".into(), scope.name().into());
    if let Some(version) = scope.version() {
        out.insert("version".into(), version.into());
    }
    out.into()
}

fn span(Ended { span, .. }: &Ended) -> Json {
    let mut out = Map::new();
    let context = &span.span_context;
    out.insert("traceId".into(), context.trace_id().to_string().into());
    out.insert("spanId".into(), context.span_id().to_string().into());
    if span.parent_span_id != SpanId::INVALID {
        out.insert("parentSpanId".into(), span.parent_span_id.to_string().into());
    }
    let trace_state = context.trace_state().header();
    if !trace_state.is_empty() {
        out.insert("traceState".into(), trace_state.into());
    }
    out.insert("flags".into(), flags(context.trace_flags().to_u8(), span.parent_span_is_remote).into());
    out.insert("name".into(), span.name.as_ref().into());
    out.insert("kind".into(), kind(&span.span_kind).into());
    out.insert("startTimeUnixNano".into(), nanos(span.start_time).into());
    out.insert("endTimeUnixNano".into(), nanos(span.end_time).into());
    out.insert("attributes".into(), attributes(&span.attributes));
    out.insert("droppedAttributesCount".into(), span.dropped_attributes_count.into());
    let events = span.events.iter().map(|event| {
        json!({
            "timeUnixNano": nanos(event.timestamp),
            "name": event.name,
            "attributes": attributes(&event.attributes),
            "droppedAttributesCount": event.dropped_attributes_count,
        })
    });
    out.insert("events".into(), events.collect());
    out.insert("droppedEventsCount".into(), span.events.dropped_count.into());
    let links = span.links.iter().map(|link| {
        json!({
            "traceId": link.span_context.trace_id().to_string(),
            "spanId": link.span_context.span_id().to_string(),
            "flags": flags(link.span_context.trace_flags().to_u8(), link.span_context.is_remote()),
            "attributes": attributes(&link.attributes),
        })
    });
    out.insert("links".into(), links.collect());
    out.insert("droppedLinksCount".into(), span.links.dropped_count.into());
    out.insert("status".into(), status(&span.status));
    out.into()
}

/// The W3C flags in the low byte; above them, that it is known whether the parent was remote, and whether it was.
fn flags(w3c: u8, remote: bool) -> u32 {
    u32::from(w3c) | 0x100 | if remote { 0x200 } else { 0 }
}

fn kind(kind: &SpanKind) -> u8 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn status(status: &Status) -> Json {
    match status {
        Status::Unset => json!({}),
        Status::Ok => json!({"code": 1}),
        Status::Error { description } => json!({"code": 2, "message": description}),
    }
}

fn nanos(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}

fn attributes(attributes: &[KeyValue]) -> Json {
    attributes.iter().map(|at| json!({"key": at.key.as_str(), "value": any(&at.value)})).collect()
}

/// `AnyValue`.
fn any(value: &Value) -> Json {
    match value {
        Value::Bool(value) => json!({"boolValue": value}),
        Value::I64(value) => json!({"intValue": value.to_string()}),
        Value::F64(value) => json!({"doubleValue": double(*value)}),
        Value::String(value) => json!({"stringValue": value.as_str()}),
        Value::Array(Array::Bool(values)) => array(values, |value| Value::Bool(*value)),
        Value::Array(Array::I64(values)) => array(values, |value| Value::I64(*value)),
        Value::Array(Array::F64(values)) => array(values, |value| Value::F64(*value)),
        Value::Array(Array::String(values)) => array(values, |value| Value::String(value.clone())),
        // Both enums may grow; text loses the type, but not the value.
        other => json!({"stringValue": other.as_str()}),
    }
}

fn array<T>(values: &[T], value: impl Fn(&T) -> Value) -> Json {
    let values: Vec<_> = values.iter().map(|element| any(&value(element))).collect();
    json!({"arrayValue": {"values": values}})
}

/// JSON has no numbers for these three; protobuf's rules name them.
fn double(value: f64) -> Json {
    if value.is_nan() {
        "NaN".into()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity".into() } else { "-Infinity".into() }
    } else {
        value.into()
    }
}
