//! Spans of today's OpenTelemetry as those of version 0.23, which the encoder speaks.

use opentelemetry::{
    self as new,
    trace::{self as new_trace, SpanKind, Status},
};
use opentelemetry_0_23::{
    self as old,
    trace::{self as old_trace, TraceState},
};
use opentelemetry_sdk::{Resource, trace::SpanData};
use opentelemetry_sdk_0_23::{self as old_sdk, export::trace::SpanData as OldSpan};
use std::borrow::Cow;

pub(super) fn span(span: &SpanData) -> OldSpan {
    let mut events = old_sdk::trace::SpanEvents::default();
    events.events = span.events.iter().map(event).collect();
    let mut links = old_sdk::trace::SpanLinks::default();
    links.links = span.links.iter().filter(|link| !is_own_trace(span, link)).map(link).collect();
    OldSpan {
        span_context: context(&span.span_context),
        parent_span_id: span_id(span.parent_span_id),
        span_kind: kind(&span.span_kind),
        name: span.name.clone(),
        start_time: span.start_time,
        end_time: span.end_time,
        attributes: attributes(&span.attributes),
        dropped_attributes_count: 0,
        events,
        links,
        status: status(&span.status),
        // The encoder writes the resource of its own settings, and no scope.
        resource: Cow::Owned(old_sdk::Resource::empty()),
        instrumentation_lib: old::InstrumentationLibrary::default(),
    }
}

pub(super) fn resource(resource: &Resource) -> old_sdk::Resource {
    old_sdk::Resource::new(
        resource.iter().map(|(key, value)| old::KeyValue::new(self::key(key), self::value(value))),
    )
}

/// Jaeger would make the root the child of another span of its trace.
pub(super) fn is_own_trace(span: &SpanData, link: &new_trace::Link) -> bool {
    span.parent_span_id == new::SpanId::INVALID
        && link.span_context.trace_id() == span.span_context.trace_id()
}

fn event(event: &new_trace::Event) -> old_trace::Event {
    old_trace::Event::new(event.name.clone(), event.timestamp, attributes(&event.attributes), 0)
}

fn link(link: &new_trace::Link) -> old_trace::Link {
    old_trace::Link::new(context(&link.span_context), Vec::new(), 0)
}

fn context(context: &new_trace::SpanContext) -> old_trace::SpanContext {
    old_trace::SpanContext::new(
        old_trace::TraceId::from_bytes(context.trace_id().to_bytes()),
        span_id(context.span_id()),
        old_trace::TraceFlags::new(context.trace_flags().to_u8()),
        context.is_remote(),
        TraceState::NONE,
    )
}

fn span_id(id: new::SpanId) -> old_trace::SpanId {
    old_trace::SpanId::from_bytes(id.to_bytes())
}

fn kind(kind: &SpanKind) -> old_trace::SpanKind {
    match kind {
        SpanKind::Client => old_trace::SpanKind::Client,
        SpanKind::Server => old_trace::SpanKind::Server,
        SpanKind::Producer => old_trace::SpanKind::Producer,
        SpanKind::Consumer => old_trace::SpanKind::Consumer,
        SpanKind::Internal => old_trace::SpanKind::Internal,
    }
}

fn status(status: &Status) -> old_trace::Status {
    match status {
        Status::Unset => old_trace::Status::Unset,
        Status::Ok => old_trace::Status::Ok,
        Status::Error { description } => old_trace::Status::Error { description: description.clone() },
    }
}

fn attributes(attributes: &[new::KeyValue]) -> Vec<old::KeyValue> {
    attributes.iter().map(|at| old::KeyValue::new(key(&at.key), value(&at.value))).collect()
}

fn key(key: &new::Key) -> old::Key {
    old::Key::new(key.as_str().to_owned())
}

fn value(value: &new::Value) -> old::Value {
    match value {
        new::Value::Bool(value) => (*value).into(),
        new::Value::I64(value) => (*value).into(),
        new::Value::F64(value) => (*value).into(),
        // Arrays are text in Jaeger; it is the same text in both versions.
        other => other.as_str().into_owned().into(),
    }
}
