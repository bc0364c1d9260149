//! Patches: a changed object from what is stored and what is sent.

mod strategic;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::{document::Document, json, resources::Resource, schema::Schema, status::Status};

const CUSTOM_MEDIA_TYPES: &str =
    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

/// A patch of one of the kinds that the server takes.
#[derive(Debug)]
pub(super) enum Patch {
    /// RFC 7386.
    Merge(Map<String, Value>),
    /// RFC 6902.
    Json(Vec<Value>),
    /// Kubernetes' own: lists of built-in types merge by key.
    Strategic(Map<String, Value>),
}

impl Patch {
    pub(super) fn read(resource: &Resource, content_type: &str, body: &Bytes) -> Result<Self, Status> {
        match content_type {
            // A custom resource has no type that says how its lists merge.
            "application/strategic-merge-patch+json" if resource.custom.is_some() => {
                Err(Status::unsupported_media_type(CUSTOM_MEDIA_TYPES))
            }
            "application/merge-patch+json" => object(body, "map[string]interface {}").map(Self::Merge),
            "application/strategic-merge-patch+json" => strategic_object(body).map(Self::Strategic),
            "application/json-patch+json" => match json::parse(body) {
                Err(_) => Err(Status::bad_request("invalid JSON patch")),
                Ok(Value::Array(steps)) => Ok(Self::Json(steps)),
                Ok(other) => Err(undecodable(&other, "[]handlers.jsonPatchOp")),
            },
            _ => Err(Status::patch_media_type()),
        }
    }

    pub(super) fn apply(&self, to: &Document) -> Result<Document, Status> {
        let mut value = to.clone().into_value();
        match self {
            Self::Merge(patch) => json_patch::merge(&mut value, &Value::Object(patch.clone())),
            Self::Json(steps) => {
                for step in steps {
                    take_step(&mut value, step).ok_or_else(Status::patch_failed)?;
                }
            }
            Self::Strategic(patch) => {
                let of = Schema::builtin().of_kind(to.text("apiVersion"), to.text("kind"));
                let of = of.ok_or_else(Status::patch_media_type)?;
                let object = value.as_object_mut().expect("a document is an object");
                strategic::merge(of, object, patch.clone()).map_err(Status::bad_request)?;
            }
        }
        Document::new(value).ok_or_else(Status::patch_failed)
    }
}

/// One step of a JSON patch; `None` where it can't be taken.
fn take_step(value: &mut Value, step: &Value) -> Option<()> {
    let mut step = step.clone();
    // A replaced member need not be there: the server's library adds it.
    if step["op"] == "replace" {
        let (parent, _) = step["path"].as_str()?.rsplit_once('/')?;
        if value.pointer(parent)?.is_object() {
            step["op"] = "add".into();
        }
    }
    // So is one that a test wants to be null.
    if step["op"] == "test" && step["value"].is_null() {
        let path = step["path"].as_str()?;
        return value.pointer(path).is_none_or(Value::is_null).then_some(());
    }
    let patch: json_patch::Patch = serde_json::from_value(Value::Array(vec![step])).ok()?;
    json_patch::patch(value, &patch).ok()
}

fn object(body: &Bytes, go_type: &str) -> Result<Map<String, Value>, Status> {
    match json::parse(body) {
        Err(_) => Err(Status::bad_request("invalid JSON patch")),
        Ok(Value::Object(patch)) => Ok(patch),
        Ok(other) => Err(undecodable(&other, go_type)),
    }
}

fn strategic_object(body: &Bytes) -> Result<Map<String, Value>, Status> {
    match json::parse(body) {
        Err(_) => Err(Status::bad_request("invalid JSON patch")),
        Ok(Value::Object(patch)) => Ok(patch),
        Ok(other) => {
            let mut status = undecodable(&other, "map[string]interface {}");
            status.message = status.message.replace("error decoding patch: ", "");
            Err(status)
        }
    }
}

fn undecodable(value: &Value, go_type: &str) -> Status {
    let what = match value {
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::String(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    Status::bad_request(format!(
        "error decoding patch: json: cannot unmarshal {what} into Go value of type {go_type}"
    ))
}
