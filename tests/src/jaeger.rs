//! Spans as Jaeger's query API has them.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Fields with the type that Jaeger shows, and the value as JSON: `int64 7`.
pub type Fields = BTreeMap<String, String>;

/// What a span says, without what is different each time: ids and process tags.
#[derive(Debug, Clone, PartialEq)]
pub struct JaegerSpan {
    /// The ids of its trace, itself, and its parent; the last is empty on a root.
    pub ids: [String; 3],
    /// The service.
    pub service: String,
    /// The operation.
    pub name: String,
    /// Start and duration in µs.
    pub time: [u64; 2],
    /// The tags.
    pub tags: Fields,
    /// The logs with their time. Jaeger sorts the fields of a log and keeps no order of logs within a microsecond.
    pub logs: BTreeSet<(u64, Vec<(String, String)>)>,
    /// Trace and span of each link.
    pub links: BTreeSet<[String; 2]>,
}

/// The spans in an answer's `data`.
///
/// # Panics
///
/// If it is no list of traces as Jaeger gives it.
pub fn jaeger_spans(data: &Value) -> Vec<JaegerSpan> {
    let traces = data.as_array().expect("a list of traces").iter();
    traces.flat_map(|trace| list(&trace["spans"]).map(|span| JaegerSpan::of(trace, span))).collect()
}

impl JaegerSpan {
    fn of(trace: &Value, span: &Value) -> Self {
        let reference = |kind: &'static str| {
            list(&span["references"])
                .filter(move |reference| reference["refType"] == kind)
                .map(|reference| ["traceID", "spanID"].map(|id| text(&reference[id])))
        };
        let parent = reference("CHILD_OF").map(|[_, span]| span).next().unwrap_or_default();
        let logs = list(&span["logs"])
            .map(|log| (number(&log["timestamp"]), fields(&log["fields"]).into_iter().collect()));
        Self {
            ids: [text(&span["traceID"]), text(&span["spanID"]), parent],
            service: text(&trace["processes"][text(&span["processID"])]["serviceName"]),
            name: text(&span["operationName"]),
            time: ["startTime", "duration"].map(|field| number(&span[field])),
            tags: fields(&span["tags"]),
            logs: logs.collect(),
            links: reference("FOLLOWS_FROM").collect(),
        }
    }

    /// A tag's value as text, without its type; empty where there is none.
    pub fn tag(&self, name: &str) -> &str {
        let tag = self.tags.get(name).map_or("", String::as_str);
        tag.split_once(' ').map_or("", |(_, value)| value.trim_matches('"'))
    }
}

fn fields(fields: &Value) -> Fields {
    list(fields)
        .map(|field| (text(&field["key"]), format!("{} {}", text(&field["type"]), field["value"])))
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}
