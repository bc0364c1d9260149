//! The file of ended spans that a program writes: a line of OTLP JSON for each.

use serde_json::Value;
use std::{
    collections::HashMap,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};

/// A file of spans.
pub(crate) struct Traces(PathBuf);

/// The names of the objects of finished attempts, in the order of their ends.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    pub(crate) add: Vec<String>,
    pub(crate) delete: Vec<String>,
}

impl Traces {
    /// Those that will be written to this file.
    pub(crate) fn of(file: PathBuf) -> Self {
        Self(file)
    }

    pub(crate) fn file(&self) -> &Path {
        &self.0
    }

    /// The finished attempts on the objects of a namespace: parentless `processJob` spans, told apart by their child.
    pub(crate) fn attempts(&self, namespace: &str) -> Attempts {
        let spans = self.spans();
        let children: HashMap<&str, &str> = spans
            .iter()
            .filter_map(|span| Some((text(span, "parentSpanId")?, text(span, "name")?)))
            .collect();
        let mut attempts = Attempts::default();
        for root in spans.iter().filter(|span| text(span, "name") == Some("processJob")) {
            if attribute(root, "kubernetes.object.namespace") != Some(namespace) {
                continue;
            }
            assert_eq!(text(root, "parentSpanId"), None, "a root has a parent: {root}");
            assert_eq!(attribute(root, "kooper.outcome"), Some("done"), "{root}");
            let name = attribute(root, "kubernetes.object.name").expect("a root names its object").to_owned();
            match text(root, "spanId").and_then(|id| children.get(id)) {
                Some(&"handleAddObject") => attempts.add.push(name),
                Some(&"handleDeleteObject") => attempts.delete.push(name),
                child => panic!("a root has the child {child:?}: {root}"),
            }
        }
        attempts
    }

    /// All finished attempts, in the order of their ends.
    pub(crate) fn roots(&self) -> Vec<Root> {
        let spans = self.spans();
        let children: HashMap<&str, &Value> =
            spans.iter().filter_map(|span| Some((text(span, "parentSpanId")?, span))).collect();
        let child = |root: &Value| Some((*children.get(text(root, "spanId")?)?).clone());
        let roots = spans.iter().filter(|span| text(span, "parentSpanId").is_none());
        roots.map(|root| Root { child: child(root), span: root.clone() }).collect()
    }

    fn spans(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        // The last line may be half written; the line end tells.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().flat_map(spans_of_line).collect()
    }
}

/// A finished attempt.
#[derive(Debug)]
pub(crate) struct Root {
    span: Value,
    /// The span of the handler, if one was called.
    child: Option<Value>,
}

impl Root {
    /// An attribute that is text.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        attribute(&self.span, name).unwrap_or_default()
    }

    /// An attribute of the handler's span that is text.
    pub(crate) fn of_handler(&self, name: &str) -> &str {
        self.child.as_ref().and_then(|child| attribute(child, name)).unwrap_or_default()
    }

    pub(crate) fn handler(&self) -> &str {
        self.child.as_ref().and_then(|child| text(child, "name")).unwrap_or_default()
    }

    /// What went wrong.
    pub(crate) fn error(&self) -> &str {
        self.span["status"]["message"].as_str().unwrap_or_default()
    }

    /// When it began and when it ended, since 1970.
    pub(crate) fn time(&self) -> Range<Duration> {
        let nanos = |field| text(&self.span, field).and_then(|nanos| nanos.parse().ok());
        let at = |field| Duration::from_nanos(nanos(field).expect("a span has its times"));
        at("startTimeUnixNano")..at("endTimeUnixNano")
    }
}

fn spans_of_line(line: &str) -> Vec<Value> {
    let data: Value = serde_json::from_str(line).expect("a line is JSON");
    let mut spans = Vec::new();
    for resource in data["resourceSpans"].as_array().into_iter().flatten() {
        for scope in resource["scopeSpans"].as_array().into_iter().flatten() {
            spans.extend(scope["spans"].as_array().into_iter().flatten().cloned());
        }
    }
    assert!(!spans.is_empty(), "a line has no span: {line}");
    spans
}

fn text<'a>(span: &'a Value, field: &str) -> Option<&'a str> {
    span[field].as_str()
}

fn attribute<'a>(span: &'a Value, name: &str) -> Option<&'a str> {
    let mut attributes = span["attributes"].as_array()?.iter();
    attributes.find(|attribute| attribute["key"] == name)?["value"]["stringValue"].as_str()
}
