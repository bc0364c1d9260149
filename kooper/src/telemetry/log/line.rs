//! What a line says, whatever its form.

use crate::{error::chain, trace::names::attribute};
use opentelemetry::trace::SpanContext;
use std::{fmt, sync::Arc};
use tracing::{
    Metadata,
    field::{Field, Visit},
};

/// Whether a span is that of an attempt: the one that says which object it is about.
pub(in super::super) fn is_attempt(metadata: &Metadata<'_>) -> bool {
    metadata.fields().field(attribute::PROCESSED_TIMES).is_some()
}

/// Whether a span is one of Kooper's own. All that it has is in the trace; a line needs only what it is about.
pub(super) fn is_kooper(metadata: &Metadata<'_>) -> bool {
    metadata.fields().field(attribute::CONTROLLER).is_some() || metadata.target() == crate::client::TARGET
}

/// Whether an event is the line that Kooper logs itself at the end of an attempt. It stands outside of all spans, or it
/// would be in the trace as well, and so brings with it what it is about.
pub(super) fn is_end_of_attempt(metadata: &Metadata<'_>) -> bool {
    let has = |name: &&str| metadata.fields().field(name).is_some();
    metadata.is_event() && ["controller", "key", "attempt", "outcome"].iter().all(has)
}

/// An event with its surroundings.
pub(in super::super) struct Line<'a> {
    pub(super) metadata: &'a Metadata<'a>,
    pub(super) message: Option<String>,
    pub(super) fields: Vec<(&'static str, Value)>,
    /// What it is about, where it is logged inside a handler.
    pub(super) subject: Option<Subject>,
    /// The spans of the program's own, from outside to inside.
    pub(super) spans: Vec<(&'static str, &'a Fields)>,
    pub(super) trace: Option<Trace>,
}

impl<'a> Line<'a> {
    pub(super) fn of(
        metadata: &'a Metadata<'a>,
        notes: &'a [Arc<Note>],
        record: impl FnOnce(&mut Fields),
    ) -> Self {
        let mut fields = Fields::default();
        record(&mut fields);
        let (mut subject, mut spans) = (None, Vec::new());
        for note in notes {
            match &**note {
                Note::Attempt(of) => subject = Some(of.clone()),
                Note::Span { name, fields } => spans.push((*name, fields)),
            }
        }
        let (message, fields) = (fields.message, fields.rest);
        Self { metadata, message, fields, subject, spans, trace: None }
    }

    /// Takes the subject and the trace from the fields, where they are the event's own.
    pub(super) fn take_subject(&mut self, subject: Subject) {
        let trace = self.fields.iter().find(|(name, _)| *name == "trace_id");
        self.trace = trace.map(|(_, id)| Trace { trace_id: id.to_string(), span_id: None });
        self.fields.retain(|(name, _)| !matches!(*name, "controller" | "key" | "attempt" | "trace_id"));
        self.subject = Some(subject);
    }
}

/// Where in which trace a line stands.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) trace_id: String,
    /// None for the line at the end of an attempt, which is about all of its spans.
    pub(super) span_id: Option<String>,
}

impl Trace {
    pub(super) fn of(place: &SpanContext) -> Self {
        Self { trace_id: place.trace_id().to_string(), span_id: Some(place.span_id().to_string()) }
    }
}

/// What a line says of a span around it.
#[derive(Clone)]
pub(super) enum Note {
    /// That of an attempt.
    Attempt(Subject),
    /// One of the program's own.
    Span { name: &'static str, fields: Fields },
}

impl Note {
    pub(super) fn span(name: &'static str, record: impl FnOnce(&mut Fields)) -> Self {
        let mut fields = Fields::default();
        record(&mut fields);
        Self::Span { name, fields }
    }

    /// Adds what was recorded later. Of an attempt all that is in the trace.
    pub(super) fn add(&mut self, record: impl FnOnce(&mut Fields)) {
        if let Self::Span { fields, .. } = self {
            record(fields);
        }
    }
}

/// The object that an attempt is about, and the number of the attempt.
#[derive(Debug, Default, Clone)]
pub(super) struct Subject {
    pub(super) controller: String,
    pub(super) key: String,
    pub(super) attempt: i64,
}

impl Subject {
    pub(super) fn of(record: impl FnOnce(&mut Self)) -> Self {
        let mut subject = Self::default();
        record(&mut subject);
        subject
    }
}

impl Visit for Subject {
    fn record_i64(&mut self, field: &Field, value: i64) {
        if matches!(field.name(), attribute::PROCESSED_TIMES | "attempt") {
            self.attempt = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            attribute::KEY | "key" => value.clone_into(&mut self.key),
            attribute::CONTROLLER | "controller" => value.clone_into(&mut self.controller),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// A field's value with as much of its type as `tracing` tells.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    /// As `Debug` or `Display` shows it.
    Shown(String),
    Int(i64),
    Natural(u64),
    Float(f64),
    Bool(bool),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Shown(text) => f.write_str(text),
            Self::Int(number) => number.fmt(f),
            Self::Natural(number) => number.fmt(f),
            Self::Float(number) => fmt::Debug::fmt(number, f),
            Self::Bool(truth) => truth.fmt(f),
        }
    }
}

/// The message, and every other field but those for exporters.
#[derive(Debug, Default, Clone)]
pub(super) struct Fields {
    pub(super) message: Option<String>,
    pub(super) rest: Vec<(&'static str, Value)>,
}

impl Fields {
    fn push(&mut self, field: &Field, value: Value) {
        let name = field.name();
        if name == "message" {
            self.message = Some(value.to_string());
        } else if !name.starts_with("otel.") && !name.starts_with("log.") {
            let name = name.strip_prefix("r#").unwrap_or(name);
            match self.rest.iter_mut().find(|(known, _)| *known == name) {
                // A span's field may be recorded again, and then is what it was said to be last.
                Some((_, known)) => *known = value,
                None => self.rest.push((name, value)),
            }
        }
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, Value::Int(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, Value::Natural(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, Value::Float(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, Value::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, Value::Text(value.to_owned()));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.push(field, Value::Text(chain(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.push(field, Value::Shown(format!("{value:?}")));
    }
}
