//! Spans and datagrams: how many fit in one, and what to do with a span that does not.

use opentelemetry::{KeyValue, Value, trace::Status};
use opentelemetry_sdk::trace::SpanData;
use std::{borrow::Cow, ops::Range};

/// The tag of a span that was cut: how often.
const CUT: &str = "kooper.span.cut";
/// Texts, logs (also links) and tags that are left, cut after cut.
const LIMITS: [(usize, usize, usize); 4] = [(4096, 512, 128), (256, 64, 64), (256, 16, 32), (64, 4, 8)];

/// Parts of a batch that will fit in a datagram, the first one last. It is an estimate: a part that is longer is split again.
pub(super) fn parts(spans: &[SpanData], datagram: usize) -> Vec<Range<usize>> {
    // Room for the process.
    let room = datagram.saturating_sub(2048).max(datagram / 2);
    let mut parts = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (at, span) in spans.iter().enumerate() {
        let length = length(span);
        if size + length > room && at > start {
            parts.push(start..at);
            (start, size) = (at, 0);
        }
        size += length;
    }
    parts.push(start..spans.len());
    parts.reverse();
    parts
}

/// About what a span takes in bytes.
fn length(span: &SpanData) -> usize {
    let fields = |fields: &[KeyValue]| -> usize {
        fields
            .iter()
            .map(|field| field.key.as_str().len() + 12 + text(&field.value).map_or(8, str::len))
            .sum()
    };
    let events = span.events.iter().map(|event| 24 + event.name.len() + fields(&event.attributes));
    let status = match &span.status {
        Status::Error { description } => 64 + description.len(),
        _ => 32,
    };
    80 + span.name.len() + status + fields(&span.attributes) + events.sum::<usize>() + 36 * span.links.len()
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text.as_str()),
        _ => None,
    }
}

/// Makes a span shorter, each time more so. False: it was cut as often as it can be.
pub(super) fn cut(span: &mut SpanData) -> bool {
    let round = span.attributes.iter().filter(|tag| tag.key.as_str() == CUT).count();
    let Some(&(letters, logs, tags)) = LIMITS.get(round) else {
        return false;
    };
    if span.name.len() > letters {
        span.name = Cow::Owned(shorten(&span.name, letters));
    }
    if let Status::Error { description } = &mut span.status
        && description.len() > letters
    {
        *description = Cow::Owned(shorten(description, letters));
    }
    ends(&mut span.events.events, logs);
    ends(&mut span.links.links, logs);
    fields(&mut span.attributes, letters, tags);
    for event in &mut span.events.events {
        if event.name.len() > letters {
            event.name = Cow::Owned(shorten(&event.name, letters));
        }
        fields(&mut event.attributes, letters, tags);
    }
    span.attributes.push(KeyValue::new(CUT, true));
    true
}

fn fields(fields: &mut Vec<KeyValue>, letters: usize, most: usize) {
    ends(fields, most);
    for field in fields {
        if field.key.as_str().len() > letters {
            field.key = shorten(field.key.as_str(), letters).into();
        }
        let text = match &field.value {
            value @ (Value::String(_) | Value::Array(_)) => value.as_str(),
            _ => continue,
        };
        if text.len() > letters {
            field.value = shorten(&text, letters).into();
        }
    }
}

/// The first and the last ones: how it began, and how it ended.
fn ends<T>(all: &mut Vec<T>, most: usize) {
    if all.len() > most {
        all.drain(most / 2..all.len() - most / 2);
    }
}

fn shorten(text: &str, bytes: usize) -> String {
    format!("{}… ({} bytes)", &text[..text.floor_char_boundary(bytes)], text.len())
}
