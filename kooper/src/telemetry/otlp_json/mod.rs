//! OTLP's JSON encoding of one span: a `TracesData` object, as a collector's file exporter writes it.
//!
//! The rules that differ from protobuf's own JSON: ids are hexadecimal, enumerations are numbers. 64-bit integers are
//! strings, as there.

#[cfg(feature = "waterfall")]
mod read;

use super::sink::Ended;
use opentelemetry::{
    Array, InstrumentationScope, KeyValue, SpanId, Value,
    trace::{SpanKind, Status},
};
#[cfg(feature = "waterfall")]
pub(super) use read::spans;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::sink::Service;
    use opentelemetry::{
        TraceFlags, TraceId,
        trace::{Event, Link, SpanContext, TraceState},
    };
    use opentelemetry_sdk::{
        Resource,
        trace::{SpanData, SpanEvents, SpanLinks},
    };
    use std::{sync::Arc, time::Duration};

    fn context(trace: u128, span: u64) -> SpanContext {
        let flags = TraceFlags::SAMPLED;
        SpanContext::new(TraceId::from(trace), SpanId::from(span), flags, false, TraceState::default())
    }

    #[test]
    fn a_span_is_one_line_with_all_that_it_has() {
        let at = |nanos| UNIX_EPOCH + Duration::from_nanos(nanos);
        let (mut events, mut links) = (SpanEvents::default(), SpanLinks::default());
        let fields = vec![KeyValue::new("success", false), KeyValue::new("text", "a\nb")];
        events.events.push(Event::new("", at(1_700_000_000_000_000_005), fields, 0));
        links.links.push(Link::new(context(9, 8), vec![KeyValue::new("kooper.link", "previous_attempt")], 0));
        let resource = Resource::builder_empty().with_service_name("app").build();
        let span = SpanData {
            span_context: context(0xfeed, 0xbee),
            parent_span_id: SpanId::from(7),
            parent_span_is_remote: true,
            span_kind: SpanKind::Consumer,
            name: "processJob".into(),
            start_time: at(1_700_000_000_000_000_001),
            end_time: at(1_700_000_000_000_000_009),
            attributes: vec![
                KeyValue::new("n", i64::MAX),
                KeyValue::new("x", f64::NAN),
                KeyValue::new("y", 0.5),
                KeyValue::new("all", Value::Array(vec![1_i64, 2].into())),
            ],
            dropped_attributes_count: 1,
            events,
            links,
            status: Status::error("randomly failed"),
            instrumentation_scope: InstrumentationScope::builder("kooper").with_version("1.2.3").build(),
        };
        let service = Arc::new(Service { name: "app".into(), resource: Some(resource) });
        let line = traces_data(&Ended { service, span });
        assert!(!line.contains('\n'));

        let expected = json!({"resourceSpans": [{
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "app"}}]},
            "scopeSpans": [{
                "scope": {"name": "kooper", "version": "1.2.3"},
                "spans": [{
                    "traceId": "0000000000000000000000000000feed",
                    "spanId": "0000000000000bee",
                    "parentSpanId": "0000000000000007",
                    "flags": 0x301,
                    "name": "processJob",
                    "kind": 5,
                    "startTimeUnixNano": "1700000000000000001",
                    "endTimeUnixNano": "1700000000000000009",
                    "attributes": [
                        {"key": "n", "value": {"intValue": "9223372036854775807"}},
                        {"key": "x", "value": {"doubleValue": "NaN"}},
                        {"key": "y", "value": {"doubleValue": 0.5}},
                        {"key": "all", "value": {"arrayValue": {"values": [{"intValue": "1"}, {"intValue": "2"}]}}},
                    ],
                    "droppedAttributesCount": 1,
                    "events": [{
                        "timeUnixNano": "1700000000000000005",
                        "name": "",
                        "attributes": [
                            {"key": "success", "value": {"boolValue": false}},
                            {"key": "text", "value": {"stringValue": "a\nb"}},
                        ],
                        "droppedAttributesCount": 0,
                    }],
                    "droppedEventsCount": 0,
                    "links": [{
                        "traceId": "00000000000000000000000000000009",
                        "spanId": "0000000000000008",
                        "flags": 0x101,
                        "attributes": [{"key": "kooper.link", "value": {"stringValue": "previous_attempt"}}],
                    }],
                    "droppedLinksCount": 0,
                    "status": {"code": 2, "message": "randomly failed"},
                }],
            }],
        }]});
        let told: Json = serde_json::from_str(&line).expect("it is JSON");
        assert_eq!(told, expected);
        #[cfg(feature = "waterfall")]
        {
            let read = spans(&line).expect("it can be read").remove(0);
            assert_eq!(read.service.name, "app");
            let mut again: Json = serde_json::from_str(&traces_data(&read)).expect("it is JSON");
            // Of the resource the name alone is kept, and of the scope nothing.
            again["resourceSpans"][0]["resource"] = told["resourceSpans"][0]["resource"].clone();
            again["resourceSpans"][0]["scopeSpans"][0]["scope"] =
                told["resourceSpans"][0]["scopeSpans"][0]["scope"].clone();
            assert_eq!(again, told);
        }
    }
}
