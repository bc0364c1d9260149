//! Lines for programs.

use super::{
    Form, Line, Out,
    line::{Fields, Value},
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use tracing_subscriber::fmt::{format::Writer, time::FormatTime as _, time::SystemTime};

/// Writes each event as an object of JSON on a line of its own; see [`LogFormat::Json`](crate::telemetry::LogFormat::Json).
pub(in super::super) struct Json(Out);

impl Json {
    pub(in super::super) fn new(out: Out) -> Self {
        Self(out)
    }
}

impl Form for Json {
    fn put(&self, line: &Line<'_>) {
        let mut timestamp = String::new();
        // The line is worth having without its time.
        let _ = SystemTime.format_time(&mut Writer::new(&mut timestamp));
        let subject = line.subject.as_ref();
        let object = Object {
            timestamp,
            level: line.metadata.level().as_str(),
            target: line.metadata.target(),
            message: line.message.as_deref().unwrap_or_default(),
            fields: Pairs(&line.fields),
            controller: subject.map(|subject| &*subject.controller),
            key: subject.map(|subject| &*subject.key),
            attempt: subject.map(|subject| subject.attempt),
            trace_id: line.trace.as_ref().map(|trace| &*trace.trace_id),
            span_id: line.trace.as_ref().and_then(|trace| trace.span_id.as_deref()),
            spans: line.spans.iter().map(|(name, fields)| Span { name, fields }).collect(),
        };
        let mut text = serde_json::to_string(&object).expect("its names are strings and its values plain");
        text.push('\n');
        self.0.write(&text);
    }
}

#[derive(Serialize)]
struct Object<'a> {
    timestamp: String,
    level: &'a str,
    target: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    fields: Pairs<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    controller: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    spans: Vec<Span<'a>>,
}

struct Pairs<'a>(&'a [(&'static str, Value)]);

impl Pairs<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// A span with its fields beside its name.
struct Span<'a> {
    name: &'static str,
    fields: &'a Fields,
}

impl Serialize for Span<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.name)?;
        // A field of that name would make two of one name.
        for (name, value) in self.fields.rest.iter().filter(|(name, _)| *name != "name") {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) | Self::Shown(text) => serializer.serialize_str(text),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Natural(number) => serializer.serialize_u64(*number),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
        }
    }
}
