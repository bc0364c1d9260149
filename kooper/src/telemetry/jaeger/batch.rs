//! Spans in binary thrift: the `Batch` of `jaeger.thrift`, which Jaeger's collector takes over HTTP.
//!
//! `opentelemetry-jaeger` could write it as well, but only together with HTTP crates of its time and a runtime of its own. What it
//! makes of a span is kept: both ways say the same.

use super::convert::is_own_trace;
use opentelemetry::{
    KeyValue, Value,
    trace::{Event, Link, SpanContext, SpanKind, Status},
};
use opentelemetry_sdk::{Resource, trace::SpanData};
use std::{
    borrow::Cow,
    time::{SystemTime, UNIX_EPOCH},
};
use thrift::{
    Result,
    protocol::{TBinaryOutputProtocol, TFieldIdentifier, TListIdentifier, TOutputProtocol as _, TType},
};

/// The spans of one service, as the body of a request.
///
/// # Errors
///
/// Where there is more of something than thrift can count.
pub(super) fn batch(resource: &Resource, spans: &[SpanData]) -> Result<Vec<u8>> {
    let mut out = Writer(TBinaryOutputProtocol::new(Vec::with_capacity(1024 * spans.len()), true));
    out.field(1, TType::Struct, |out| process(out, resource))?;
    out.list(2, spans, span)?;
    out.stop()?;
    Ok(out.0.transport)
}

struct Writer(TBinaryOutputProtocol<Vec<u8>>);

impl Writer {
    fn field(&mut self, id: i16, kind: TType, value: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        // The name is not on the wire.
        self.0.write_field_begin(&TFieldIdentifier::new("", kind, id))?;
        value(self)
    }

    fn i32(&mut self, id: i16, value: i32) -> Result<()> {
        self.field(id, TType::I32, |out| out.0.write_i32(value))
    }

    fn i64(&mut self, id: i16, value: i64) -> Result<()> {
        self.field(id, TType::I64, |out| out.0.write_i64(value))
    }

    fn text(&mut self, id: i16, value: &str) -> Result<()> {
        self.field(id, TType::String, |out| out.0.write_string(value))
    }

    /// A list of structs.
    fn list<T>(&mut self, id: i16, all: &[T], one: impl Fn(&mut Self, &T) -> Result<()>) -> Result<()> {
        self.field(id, TType::List, |out| {
            let count = i32::try_from(all.len()).map_err(|_| thrift::Error::from("too many for a list"))?;
            out.0.write_list_begin(&TListIdentifier::new(TType::Struct, count))?;
            all.iter().try_for_each(|item| one(out, item))
        })
    }

    /// The end of a struct.
    fn stop(&mut self) -> Result<()> {
        self.0.write_field_stop()
    }
}

fn process(out: &mut Writer, resource: &Resource) -> Result<()> {
    let name = resource.get(&"service.name".into());
    out.text(1, &name.as_ref().map(Value::as_str).unwrap_or_default())?;
    let tags: Vec<_> =
        resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
    out.list(2, &tags, tag)?;
    out.stop()
}

fn span(out: &mut Writer, span: &SpanData) -> Result<()> {
    place(out, 1, &span.span_context)?;
    out.i64(4, half(span.parent_span_id.to_bytes()))?;
    out.text(5, &span.name)?;
    let links: Vec<_> = span.links.iter().filter(|link| !is_own_trace(span, link)).collect();
    out.list(6, &links, |out, link| reference(out, link))?;
    out.i32(7, span.span_context.trace_flags().to_u8().into())?;
    out.i64(8, micros(span.start_time))?;
    let duration = span.end_time.duration_since(span.start_time).unwrap_or_default().as_micros();
    out.i64(9, i64::try_from(duration).unwrap_or(i64::MAX))?;
    out.list(10, &tags(span), |out, field| tag(out, field))?;
    out.list(11, &span.events.events, log)?;
    out.stop()
}

/// Trace, in two halves, and span, in three fields from `id` on.
fn place(out: &mut Writer, id: i16, place: &SpanContext) -> Result<()> {
    let trace = place.trace_id().to_bytes();
    let [high, low] = [&trace[..8], &trace[8..]].map(|half| half.try_into().unwrap_or_default());
    out.i64(id, half(low))?;
    out.i64(id + 1, half(high))?;
    out.i64(id + 2, half(place.span_id().to_bytes()))
}

fn half(bytes: [u8; 8]) -> i64 {
    i64::from_be_bytes(bytes)
}

fn reference(out: &mut Writer, link: &Link) -> Result<()> {
    const FOLLOWS_FROM: i32 = 1;
    out.i32(1, FOLLOWS_FROM)?;
    place(out, 2, &link.span_context)?;
    out.stop()
}

/// A span's attributes, and what OpenTelemetry has fields for and thrift has not; what the program says itself wins.
fn tags(span: &SpanData) -> Vec<Cow<'_, KeyValue>> {
    let mut tags: Vec<_> = span.attributes.iter().map(Cow::Borrowed).collect();
    let mut add = |name: &'static str, value: Value| {
        if span.attributes.iter().all(|tag| tag.key.as_str() != name) {
            tags.push(Cow::Owned(KeyValue::new(name, value)));
        }
    };
    match span.span_kind {
        SpanKind::Client => add("span.kind", "client".into()),
        SpanKind::Server => add("span.kind", "server".into()),
        SpanKind::Producer => add("span.kind", "producer".into()),
        SpanKind::Consumer => add("span.kind", "consumer".into()),
        SpanKind::Internal => {}
    }
    match &span.status {
        Status::Unset => {}
        Status::Ok => add("otel.status_code", "OK".into()),
        Status::Error { description } => {
            add("error", true.into());
            add("otel.status_code", "ERROR".into());
            if !description.is_empty() {
                add("otel.status_description", description.clone().into_owned().into());
            }
        }
    }
    tags
}

fn tag(out: &mut Writer, tag: &KeyValue) -> Result<()> {
    out.text(1, tag.key.as_str())?;
    // The type's number, then the value in the type's field.
    match &tag.value {
        Value::F64(value) => {
            out.i32(2, 1)?;
            out.field(4, TType::Double, |out| out.0.write_double(*value))?;
        }
        Value::Bool(value) => {
            out.i32(2, 2)?;
            out.field(5, TType::Bool, |out| out.0.write_bool(*value))?;
        }
        Value::I64(value) => {
            out.i32(2, 3)?;
            out.i64(6, *value)?;
        }
        // Arrays are text in Jaeger.
        other => {
            out.i32(2, 0)?;
            out.text(3, &other.as_str())?;
        }
    }
    out.stop()
}

fn log(out: &mut Writer, event: &Event) -> Result<()> {
    out.i64(1, micros(event.timestamp))?;
    let mut fields: Vec<_> = event.attributes.iter().map(Cow::Borrowed).collect();
    if fields.iter().all(|field| field.key.as_str() != "event") {
        fields.push(Cow::Owned(KeyValue::new("event", event.name.to_string())));
    }
    out.list(2, &fields, |out, field| tag(out, field))?;
    out.stop()
}

fn micros(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    i64::try_from(since).unwrap_or(i64::MAX)
}
