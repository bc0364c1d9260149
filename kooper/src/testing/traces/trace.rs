//! Recorded traces.

use super::span::RecordedSpan;
use crate::telemetry::{draw, sink::Ended};
use opentelemetry::TraceId;
use std::{collections::HashMap, fmt, sync::Arc};

/// The traces of one object. Made by [`Traces::of`](super::Traces::of).
#[derive(Debug, Clone)]
pub struct ObjectTraces {
    attempts: Vec<RecordedTrace>,
}

impl ObjectTraces {
    pub(super) fn new(attempts: Vec<RecordedTrace>) -> Self {
        Self { attempts }
    }

    /// One trace for each attempt, in the order in which they started.
    pub fn attempts(&self) -> &[RecordedTrace] {
        &self.attempts
    }
}

/// A trace whose root has ended. `Display` draws it.
#[derive(Clone)]
pub struct RecordedTrace {
    spans: Arc<[Ended]>,
    root: usize,
}

impl RecordedTrace {
    /// The span that has no parent in this process.
    pub fn root(&self) -> RecordedSpan {
        RecordedSpan::new(Arc::clone(&self.spans), self.root)
    }

    /// All spans, in the order in which they started.
    pub fn spans(&self) -> Vec<RecordedSpan> {
        (0..self.spans.len()).map(|index| RecordedSpan::new(Arc::clone(&self.spans), index)).collect()
    }

    /// The first span of this name, wherever it stands.
    ///
    /// # Panics
    ///
    /// When there is none. The message has a picture of the trace.
    #[track_caller]
    pub fn span(&self, name: &str) -> RecordedSpan {
        let span = self.spans().into_iter().find(|span| span.name() == name);
        span.unwrap_or_else(|| panic!("no span `{name}` in\n{self}"))
    }

    /// The trace's id.
    pub fn id(&self) -> TraceId {
        self.spans[self.root].span.span_context.trace_id()
    }
}

impl fmt::Display for RecordedTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&draw(&self.spans))
    }
}

impl fmt::Debug for RecordedTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The spans of each trace by their start, the traces in the order of their first span.
pub(super) fn group(spans: Vec<Ended>) -> Vec<Vec<Ended>> {
    let mut traces: HashMap<TraceId, Vec<Ended>> = HashMap::new();
    for ended in spans {
        traces.entry(ended.span.span_context.trace_id()).or_default().push(ended);
    }
    let mut traces: Vec<_> = traces.into_values().collect();
    for spans in &mut traces {
        // Of spans that started at one instant, the one that ended last is the outer one.
        spans.reverse();
        spans.sort_by_key(|ended| ended.span.start_time);
    }
    traces.sort_by_key(|spans| spans.first().map(|ended| ended.span.start_time));
    traces
}

/// The traces whose root has ended, in the order in which their roots started.
pub(super) fn split(spans: Vec<Ended>) -> Vec<RecordedTrace> {
    let mut traces: Vec<_> = group(spans)
        .into_iter()
        .flat_map(|spans| {
            let spans: Arc<[Ended]> = spans.into();
            let roots: Vec<_> = (0..spans.len()).filter(|index| spans[*index].is_local_root()).collect();
            roots.into_iter().map(move |root| RecordedTrace { spans: Arc::clone(&spans), root })
        })
        .collect();
    traces.sort_by_key(|trace| trace.spans[trace.root].span.start_time);
    traces
}
