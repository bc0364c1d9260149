//! Custom resources: rows of the table that come from objects of the kind `CustomResourceDefinition`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    document::Document,
    resources::{Resource, Subresource},
    status::Cause,
};

/// What a definition says of one version of a custom resource.
#[derive(Debug, Clone, Default)]
pub(super) struct Custom {
    /// `openAPIV3Schema`.
    pub(super) schema: Value,
    /// `additionalPrinterColumns`.
    pub(super) columns: Vec<Value>,
    /// The paths of the subresource `scale`.
    scale: Value,
    /// The version in which the objects are stored.
    pub(super) stored_as: String,
}

/// The rows that a definition adds: one for each version that is served.
pub(super) fn rows(definition: &Document) -> Vec<Resource> {
    let text = |path: &str| definition.get(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let texts = |path: &str| -> Vec<String> {
        let list = definition.get(path).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|text| text.as_str().map(ToOwned::to_owned)).collect()
    };
    let group = text("spec/group");
    let versions = definition.get("spec/versions").and_then(Value::as_array).cloned().unwrap_or_default();
    let stored = versions.iter().find(|version| version["storage"] == true);
    let stored_as = stored.and_then(|version| version["name"].as_str()).unwrap_or_default();
    let stored_as = format!("{group}/{stored_as}");
    let verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
    let served = versions.iter().filter(|version| version["served"] == true);
    served
        .map(|version| {
            let name = version["name"].as_str().unwrap_or_default();
            let kind = text("spec/names/kind");
            let part = |part: &str, of: (&str, &str)| Subresource {
                name: part.into(),
                api_version: of.0.into(),
                kind: of.1.into(),
                verbs: ["get", "patch", "update"].map(ToOwned::to_owned).into(),
            };
            let mut subresources = Vec::new();
            if version["subresources"]["status"].is_object() {
                subresources.push(part("status", (&format!("{group}/{name}"), &kind)));
            }
            if version["subresources"]["scale"].is_object() {
                subresources.push(part("scale", ("autoscaling/v1", "Scale")));
            }
            Resource {
                group: group.clone(),
                version: name.into(),
                plural: text("spec/names/plural"),
                singular: text("spec/names/singular"),
                kind,
                namespaced: text("spec/scope") == "Namespaced",
                verbs: verbs.map(ToOwned::to_owned).into(),
                short_names: texts("spec/names/shortNames"),
                categories: texts("spec/names/categories"),
                subresources,
                generation: true,
                echo: false,
                conditional: true,
                upsert: false,
                custom: Some(Arc::new(Custom {
                    schema: version["schema"]["openAPIV3Schema"].clone(),
                    columns: version["additionalPrinterColumns"].as_array().cloned().unwrap_or_default(),
                    scale: version["subresources"]["scale"].clone(),
                    stored_as: stored_as.clone(),
                })),
            }
        })
        .collect()
}

/// The status of a definition whose names are taken and whose resource is served.
pub(super) fn established(definition: &mut Document, now: &str) {
    let names = definition.get("spec/names").cloned().unwrap_or_default();
    let stored = stored_versions(definition);
    definition.0.insert(
        "status".into(),
        json!({
            "conditions": [
                condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now),
            ],
            "acceptedNames": names,
            "storedVersions": stored,
        }),
    );
}

fn condition(kind: &str, reason: &str, message: &str, now: &str) -> Value {
    json!({ "type": kind, "status": "True", "reason": reason, "message": message, "lastTransitionTime": now })
}

/// The versions in which objects are stored.
pub(super) fn stored_versions(definition: &Document) -> Vec<Value> {
    let versions = definition.get("spec/versions").and_then(Value::as_array).into_iter().flatten();
    versions.filter(|version| version["storage"] == true).map(|version| version["name"].clone()).collect()
}

/// The finalizer of a definition whose objects are still there.
pub(super) const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

/// Marks a definition that goes as soon as its objects are gone.
pub(super) fn terminate(definition: &mut Document, now: &str) {
    definition.set_meta("finalizers", json!([CLEANUP]));
    let message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon";
    let terminating = condition("Terminating", "InstanceDeletionPending", message, now);
    let status = definition.0.entry("status").or_insert_with(|| json!({}));
    match status["conditions"].as_array_mut() {
        Some(conditions) => conditions.push(terminating),
        None => status["conditions"] = json!([terminating]),
    }
}

impl Custom {
    /// The path of a count in an object, such as `spec/replicas`; of the replicas unless the definition says another.
    pub(super) fn scale_path(&self, name: &str) -> Option<String> {
        self.scale[name].as_str().map(|path| path.trim_start_matches('.').replace('.', "/"))
    }

    /// What the schema does not take of an object: nulls, and items that a list has twice. Types and limits are not checked.
    pub(super) fn check(&self, object: &Document) -> Vec<Cause> {
        let mut causes = Vec::new();
        for (name, value) in object.0.iter().filter(|(name, _)| name.as_str() != "metadata") {
            check_value(value, &self.schema["properties"][name], name, &mut causes);
        }
        causes
    }

    /// The object with only the fields that its schema has, and with the schema's defaults. The answer is the paths of the
    /// fields that were dropped.
    pub(super) fn settle(&self, object: &mut Map<String, Value>) -> Vec<String> {
        let metadata: Vec<(String, Value)> = ["apiVersion", "kind", "metadata"]
            .iter()
            .filter_map(|field| object.remove(*field).map(|value| ((*field).to_owned(), value)))
            .collect();
        let mut dropped = Vec::new();
        settle_fields(object, &self.schema, "", &mut dropped);
        object.extend(metadata);
        dropped
    }
}

/// Appends a cause for every null at `path` and below where the schema does not take it, and for every item that a list has
/// twice.
fn check_value(value: &Value, schema: &Value, path: &str, causes: &mut Vec<Cause>) {
    match value {
        Value::Null if schema["nullable"] != true => {
            // The status is checked on its own, and named from there.
            let within = match path.strip_prefix("status") {
                Some(rest) => rest.trim_start_matches('.'),
                None => path,
            };
            if let Some(wanted) = schema["type"].as_str() {
                causes.push(Cause::null(path, within, wanted));
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let schema = match &schema["properties"][name] {
                    Value::Null => &schema["additionalProperties"],
                    known => known,
                };
                let dot = if path.is_empty() { "" } else { "." };
                check_value(value, schema, &format!("{path}{dot}{name}"), causes);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                check_value(value, &schema["items"], &format!("{path}[{at}]"), causes);
            }
            for (at, twice) in repeated(items, schema) {
                causes.push(Cause::duplicate(format!("{path}[{at}]"), &twice));
            }
        }
        _ => {}
    }
}

/// The items that stand before already, by their places: in a set, or by their keys.
fn repeated(items: &[Value], schema: &Value) -> Vec<(usize, String)> {
    let keys = schema["x-kubernetes-list-map-keys"].as_array();
    let name = |item: &Value| match (schema["x-kubernetes-list-type"].as_str(), keys) {
        (Some("set"), _) => Some(item.to_string()),
        (Some("map"), Some(keys)) => {
            let keys = keys.iter().filter_map(Value::as_str);
            let keys = keys.filter_map(|key| Some((key.to_owned(), item.get(key)?.clone())));
            Some(Value::Object(keys.collect()).to_string())
        }
        _ => None,
    };
    let mut seen = Vec::new();
    let mut repeated = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let Some(name) = name(item) else { return Vec::new() };
        if seen.contains(&name) {
            repeated.push((at, name));
        } else {
            seen.push(name);
        }
    }
    repeated
}

fn settle(value: &mut Value, schema: &Value, path: &str, dropped: &mut Vec<String>) {
    match value {
        Value::Object(fields) => settle_fields(fields, schema, path, dropped),
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                settle(item, &schema["items"], &format!("{path}[{at}]"), dropped);
            }
        }
        _ => {}
    }
}

fn settle_fields(fields: &mut Map<String, Value>, schema: &Value, path: &str, dropped: &mut Vec<String>) {
    if schema["x-kubernetes-embedded-resource"] == true || schema.is_null() {
        return;
    }
    let dot = if path.is_empty() { "" } else { "." };
    let additional = &schema["additionalProperties"];
    if additional.is_object() {
        for (name, value) in fields {
            settle(value, additional, &format!("{path}{dot}{name}"), dropped);
        }
        return;
    }
    let keeps = schema["x-kubernetes-preserve-unknown-fields"] == true || additional == true;
    let known = schema["properties"].as_object();
    if !keeps {
        fields.retain(|name, _| {
            let kept = known.is_some_and(|known| known.contains_key(name));
            if !kept {
                dropped.push(format!("{path}{dot}{name}"));
            }
            kept
        });
    }
    for (name, schema) in known.into_iter().flatten() {
        let default = &schema["default"];
        let nullable = schema["nullable"] == true;
        if fields.get(name).is_none_or(|value| value.is_null() && !nullable) && !default.is_null() {
            fields.insert(name.clone(), default.clone());
        }
        if let Some(value) = fields.get_mut(name) {
            settle(value, schema, &format!("{path}{dot}{name}"), dropped);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_are_dropped_and_defaults_are_set() {
        let schema = json!({
            "type": "object",
            "properties": {
                "spec": {
                    "type": "object",
                    "properties": {
                        "size": { "type": "integer", "default": 3 },
                        "free": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
                        "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                        "list": { "type": "array", "items": { "type": "object", "properties": { "a": { "type": "string" } } } },
                    },
                },
            },
        });
        let custom = Custom { schema, ..Custom::default() };
        let mut object = json!({
            "kind": "X", "extra": 1,
            "spec": { "odd": 1, "free": { "x": 1 }, "labels": { "a": "b" }, "list": [{ "a": "1", "b": "2" }] },
        });
        let dropped = custom.settle(object.as_object_mut().unwrap());
        assert_eq!(dropped, ["extra", "spec.odd", "spec.list[0].b"]);
        assert_eq!(
            object,
            json!({
                "kind": "X",
                "spec": { "size": 3, "free": { "x": 1 }, "labels": { "a": "b" }, "list": [{ "a": "1" }] },
            })
        );
    }
}
