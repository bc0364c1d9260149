//! Custom resources: rows of the table that come from objects of the kind `CustomResourceDefinition`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    document::Document,
    resources::{Resource, Subresource},
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

    /// The object with only the fields that its schema has, and with the schema's defaults.
    pub(super) fn settle(&self, object: &mut Map<String, Value>) {
        let metadata: Vec<(String, Value)> = ["apiVersion", "kind", "metadata"]
            .iter()
            .filter_map(|field| object.remove(*field).map(|value| ((*field).to_owned(), value)))
            .collect();
        settle_fields(object, &self.schema);
        object.extend(metadata);
    }
}

fn settle(value: &mut Value, schema: &Value) {
    match value {
        Value::Object(fields) => settle_fields(fields, schema),
        Value::Array(items) => {
            for item in items {
                settle(item, &schema["items"]);
            }
        }
        _ => {}
    }
}

fn settle_fields(fields: &mut Map<String, Value>, schema: &Value) {
    if schema["x-kubernetes-embedded-resource"] == true || schema.is_null() {
        return;
    }
    let additional = &schema["additionalProperties"];
    if additional.is_object() {
        for value in fields.values_mut() {
            settle(value, additional);
        }
        return;
    }
    let keeps = schema["x-kubernetes-preserve-unknown-fields"] == true || additional == true;
    let known = schema["properties"].as_object();
    if !keeps {
        fields.retain(|name, _| known.is_some_and(|known| known.contains_key(name)));
    }
    for (name, schema) in known.into_iter().flatten() {
        let default = &schema["default"];
        let nullable = schema["nullable"] == true;
        if fields.get(name).is_none_or(|value| value.is_null() && !nullable) && !default.is_null() {
            fields.insert(name.clone(), default.clone());
        }
        if let Some(value) = fields.get_mut(name) {
            settle(value, schema);
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
        custom.settle(object.as_object_mut().unwrap());
        assert_eq!(
            object,
            json!({
                "kind": "X",
                "spec": { "size": 3, "free": { "x": 1 }, "labels": { "a": "b" }, "list": [{ "a": "1" }] },
            })
        );
    }
}
