//! The subresource `scale`: how many replicas there are and should be, in one form for all kinds.

use serde_json::{Value, json};

use super::document::Document;

/// What of `object` is its scale.
pub(super) fn of(object: &Document) -> Document {
    let mut metadata = json!({});
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if let Some(value) = object.get(&format!("metadata/{field}")) {
            metadata[field] = value.clone();
        }
    }
    let count = |path: &str| object.get(path).and_then(Value::as_i64).unwrap_or(0);
    let mut spec = json!({});
    if count("spec/replicas") > 0 {
        spec["replicas"] = count("spec/replicas").into();
    }
    let mut status = json!({ "replicas": count("status/replicas") });
    let selector = selector(object.get("spec/selector"));
    if !selector.is_empty() {
        status["selector"] = selector.into();
    }
    let scale = json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": status,
    });
    Document::new(scale).expect("a scale is an object")
}

/// The object with the replicas of `scale`.
pub(super) fn put(object: &mut Document, scale: &Document) {
    let replicas = scale.get("spec/replicas").cloned().unwrap_or(json!(0));
    let spec = object.0.entry("spec").or_insert_with(|| json!({}));
    spec["replicas"] = replicas;
    if let Some(version) = scale.get("metadata/resourceVersion") {
        object.set_meta("resourceVersion", version.clone());
    } else {
        object.clear_meta("resourceVersion");
    }
}

/// A label selector as one line: `app=web,tier in (a,b)`.
fn selector(selector: Option<&Value>) -> String {
    let Some(selector) = selector else { return String::new() };
    let labels = selector.get("matchLabels").unwrap_or(selector).as_object().into_iter().flatten();
    let labels = labels.filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)));
    let rules = selector["matchExpressions"].as_array().into_iter().flatten().map(|rule| {
        let key = rule["key"].as_str().unwrap_or_default();
        let values: Vec<&str> =
            rule["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        match rule["operator"].as_str() {
            Some("In") => format!("{key} in ({})", values.join(",")),
            Some("NotIn") => format!("{key} notin ({})", values.join(",")),
            Some("DoesNotExist") => format!("!{key}"),
            _ => key.to_owned(),
        }
    });
    labels.chain(rules).collect::<Vec<_>>().join(",")
}
