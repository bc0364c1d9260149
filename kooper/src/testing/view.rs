//! How an object is shown: whole, or its metadata alone.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{convert, decode::Decoder, proto, resources::Resource, schema::Schema, store::Object, table};

/// The form of the answer that the header `Accept` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// The object as it is stored.
    Whole,
    /// `PartialObjectMetadata` of `meta.k8s.io/v1`.
    Metadata,
    /// `Table` of `meta.k8s.io/v1`, with ages as of this time.
    Table(Timestamp),
}

impl View {
    /// What one of the words of `Accept` asks for, if it is JSON that the server has.
    pub(super) fn of_json(media: &str, now: Timestamp) -> Option<Self> {
        let form = media.split(';').skip(1).find_map(|word| word.trim().strip_prefix("as="));
        match form {
            _ if !proto::is_json(media) => None,
            None => Some(Self::Whole),
            Some("PartialObjectMetadata" | "PartialObjectMetadataList") => Some(Self::Metadata),
            Some("Table") => Some(Self::Table(now)),
            Some(_) => None,
        }
    }

    /// `kind` and `apiVersion` of a list.
    pub(super) fn list_head(self, resource: &Resource) -> (String, String) {
        match self {
            Self::Whole => (format!("{}List", resource.kind), resource.api_version()),
            Self::Metadata => ("PartialObjectMetadataList".into(), "meta.k8s.io/v1".into()),
            Self::Table(_) => ("Table".into(), "meta.k8s.io/v1".into()),
        }
    }

    /// The field of a list that holds its items, with what stands before.
    pub(super) fn list_field(self, resource: &Resource) -> String {
        match self {
            Self::Table(_) => {
                let columns = Value::Array(table::columns(resource));
                format!(",\"columnDefinitions\":{columns},\"rows\":[")
            }
            _ => ",\"items\":[".into(),
        }
    }

    /// The object as it stands alone: in the answer to a get, in an event.
    pub(super) fn object(self, resource: &Resource, object: &Object) -> Bytes {
        match self {
            Self::Whole if convert::converts(resource) => to_bytes(&converted(resource, object)),
            Self::Whole => object.json.clone(),
            Self::Metadata => {
                let mut partial = Map::new();
                partial.insert("kind".into(), "PartialObjectMetadata".into());
                partial.insert("apiVersion".into(), "meta.k8s.io/v1".into());
                partial.insert("metadata".into(), metadata(object));
                to_bytes(&Value::Object(partial))
            }
            Self::Table(now) => {
                let mut row = Vec::new();
                Self::Table(now).item(resource, object, &mut row);
                let row: Value = serde_json::from_slice(&row).expect("a row was just written");
                to_bytes(&json!({
                    "kind": "Table",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": { "resourceVersion": object.version.to_string() },
                    "columnDefinitions": table::columns(resource),
                    "rows": [row],
                }))
            }
        }
    }

    /// Appends the object as it stands in a list.
    pub(super) fn item(self, resource: &Resource, object: &Object, to: &mut Vec<u8>) {
        match self {
            // An object of a custom resource names its kind wherever it stands.
            Self::Whole if resource.custom.is_some() => to.extend_from_slice(&self.object(resource, object)),
            Self::Whole if convert::converts(resource) => {
                let mut object = converted(resource, object);
                if let Some(fields) = object.as_object_mut() {
                    fields.retain(|field, _| field != "kind" && field != "apiVersion");
                }
                to.extend_from_slice(&to_bytes(&object));
            }
            Self::Whole => {
                to.push(b'{');
                to.extend_from_slice(object.without_kind());
            }
            Self::Table(now) => {
                let object_of_row: Value = serde_json::from_slice(&Self::Metadata.object(resource, object))
                    .expect("the metadata was just written");
                let cells = table::cells(resource, &object.document(), now);
                to.extend_from_slice(&to_bytes(&json!({ "cells": cells, "object": object_of_row })));
            }
            Self::Metadata => {
                to.extend_from_slice(&self.object(resource, object));
            }
        }
    }
}

/// An object that is stored in another form.
fn converted(resource: &Resource, object: &Object) -> Value {
    let mut document = object.document();
    convert::shown(resource, &mut document);
    let of = Schema::builtin().of_kind(&resource.api_version(), &resource.kind);
    let typed = of.and_then(|of| Decoder::new(false).object(of, document.0.clone()).ok());
    Value::Object(typed.unwrap_or(document.0))
}

fn metadata(object: &Object) -> Value {
    object.document().0.remove("metadata").unwrap_or_default()
}

pub(super) fn to_bytes(value: &Value) -> Bytes {
    serde_json::to_vec(value).expect("a JSON value can be written").into()
}
