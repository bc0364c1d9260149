//! The order in which the spans of a trace are drawn: each below the one that called it.

use crate::telemetry::sink::Ended;
use opentelemetry::SpanId;
use std::collections::{HashMap, HashSet};

/// The spans of one trace in the order of a walk: a span, then what it called, earliest first.
///
/// Spans whose parent is not among them stand at the top level, after the local root. Every span comes exactly once,
/// even where parents are missing, doubled, or go round in a circle.
pub(super) fn walk(spans: &[Ended]) -> Vec<&Ended> {
    let known: HashSet<SpanId> = spans.iter().map(|ended| ended.span.span_context.span_id()).collect();
    let mut called: HashMap<SpanId, Vec<&Ended>> = HashMap::new();
    let mut stack = Vec::new();
    for ended in spans {
        if ended.is_local_root() || !known.contains(&ended.span.parent_span_id) {
            stack.push(ended);
        } else {
            called.entry(ended.span.parent_span_id).or_default().push(ended);
        }
    }
    // The stack is popped from its end, so what comes first stands last.
    stack.sort_by_key(|ended| std::cmp::Reverse((!ended.is_local_root(), ended.span.start_time)));

    let mut walked = Vec::with_capacity(spans.len());
    while let Some(ended) = stack.pop() {
        walked.push(ended);
        if let Some(mut below) = called.remove(&ended.span.span_context.span_id()) {
            below.sort_by_key(|ended| std::cmp::Reverse(ended.span.start_time));
            stack.append(&mut below);
        }
    }
    // What is left goes round in a circle.
    let mut rest: Vec<_> = called.into_values().flatten().collect();
    rest.sort_by_key(|ended| ended.span.start_time);
    walked.append(&mut rest);
    walked
}
