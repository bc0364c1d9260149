//! The subresource `scale`: how many replicas there are and should be, in one form for all kinds.

use serde_json::{Value, json};

use super::{document::Document, resources::Resource, status::Status};

/// What of `object` is its scale; an error where the object does not say how many replicas there should be.
pub(super) fn of(resource: &Resource, object: &Document) -> Result<Document, Status> {
    let wanted = replicas(resource);
    if resource.custom.is_some() && object.get(&wanted).is_none() {
        return Err(Status::missing_replicas(&format!(".{}", wanted.replace('/', "."))));
    }
    Ok(to_change(resource, object))
}

/// The same, to be changed: no replicas are 0.
pub(super) fn to_change(resource: &Resource, object: &Document) -> Document {
    let mut metadata = json!({});
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if let Some(value) = object.get(&format!("metadata/{field}")) {
            metadata[field] = value.clone();
        }
    }
    let wanted = replicas(resource);
    let count = |path: &str| object.get(path).and_then(Value::as_i64).unwrap_or(0);
    let mut spec = json!({});
    if count(&wanted) > 0 {
        spec["replicas"] = count(&wanted).into();
    }
    let mut status = json!({ "replicas": count(&path(resource, "statusReplicasPath", "status/replicas")) });
    let selector = match &resource.custom {
        Some(custom) => {
            let path = custom.scale_path("labelSelectorPath");
            let found =
                path.and_then(|path| object.get(&path).and_then(Value::as_str).map(ToOwned::to_owned));
            found.unwrap_or_default()
        }
        None => selector(object.get("spec/selector")),
    };
    if !selector.is_empty() {
        status["selector"] = selector.into();
    }
    let scale = json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": status,
    });
    Document::new(scale).expect("a scale is an object")
}

/// The object with the replicas of `scale`.
pub(super) fn put(resource: &Resource, object: &mut Document, scale: &Document) {
    let replicas = scale.get("spec/replicas").cloned().unwrap_or(json!(0));
    let path = path(resource, "specReplicasPath", "spec/replicas");
    let mut fields = &mut object.0;
    let mut steps = path.split('/').peekable();
    while let Some(step) = steps.next() {
        if steps.peek().is_none() {
            fields.insert(step.into(), replicas);
            break;
        }
        let next = fields.entry(step).or_insert_with(|| json!({}));
        let Some(inner) = next.as_object_mut() else { break };
        fields = inner;
    }
    match scale.get("metadata/resourceVersion") {
        Some(version) => object.set_meta("resourceVersion", version.clone()),
        None => object.clear_meta("resourceVersion"),
    }
}

/// The path of the count that a scale sets, such as `spec/replicas`.
pub(super) fn replicas(resource: &Resource) -> String {
    path(resource, "specReplicasPath", "spec/replicas")
}

fn path(resource: &Resource, name: &str, usual: &str) -> String {
    resource.custom.as_ref().and_then(|custom| custom.scale_path(name)).unwrap_or_else(|| usual.into())
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
