//! The table read the other way: what is an object in JSON, written in protobuf, as the embedded cluster answers.
//!
//! A value that is not of its field's type is written as one that no type takes, so that an object which cannot be decoded
//! from JSON cannot be decoded from protobuf either. Fields that the table does not know are left out.

use super::{
    Kind, Table,
    envelope::{MAGIC, RAW, TYPE_META},
    reader::{put_bytes, put_varint},
    table::{Count, Field, Shape},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// The fields of a list.
const LIST_METADATA: u32 = 1;
const ITEM: u32 = 2;

/// What Go writes behind the bytes of every answer: no encoding of the content, and no type of it.
const TAIL: [u8; 4] = [0x1a, 0, 0x22, 0];

/// An object, without what stands around it in an answer.
pub(crate) fn object(kind: Kind, object: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(fields) = object.as_object() {
        message(kind.table, kind.message, fields, &mut out);
    }
    out
}

/// A whole answer that is one object; `None` where the table does not know its kind.
pub(crate) fn answer(value: &Value) -> Option<Vec<u8>> {
    let (api_version, kind) = (value["apiVersion"].as_str()?, value["kind"].as_str()?);
    let known = Table::builtin().kind(api_version, kind)?;
    Some(envelope(api_version, kind, &object(known, value)))
}

/// What stands around an object in an answer and in an event.
pub(crate) fn envelope(api_version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
    let mut out = head(api_version, kind);
    put_bytes(&mut out, RAW, raw);
    out.extend_from_slice(&TAIL);
    out
}

fn head(api_version: &str, kind: &str) -> Vec<u8> {
    let (mut types, mut out) = (Vec::new(), MAGIC.to_vec());
    put_bytes(&mut types, 1, api_version.as_bytes());
    put_bytes(&mut types, 2, kind.as_bytes());
    put_bytes(&mut out, TYPE_META, &types);
    out
}

/// The beginning of a list of `items` bytes, up to its first item.
pub(crate) fn list_head(api_version: &str, kind: &str, metadata: &Value, items: usize) -> Vec<u8> {
    let table = Table::builtin();
    let (mut meta, mut list) = (Vec::new(), Vec::new());
    if let (Some(fields), Some(index)) = (metadata.as_object(), table.message_named("meta.v1.ListMeta")) {
        message(table, index, fields, &mut meta);
    }
    put_bytes(&mut list, LIST_METADATA, &meta);
    let mut out = head(api_version, kind);
    put_varint(&mut out, u64::from(RAW) << 3 | 2);
    put_varint(&mut out, (list.len() + items) as u64);
    out.extend_from_slice(&list);
    out
}

/// An object as it stands in a list.
pub(crate) fn item(object: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(object.len() + 8);
    put_bytes(&mut out, ITEM, object);
    out
}

/// What ends a list.
pub(crate) const fn list_tail() -> &'static [u8] {
    &TAIL
}

/// One event of a watch, with its length before it.
pub(crate) fn event(name: &str, answer: &[u8]) -> Vec<u8> {
    let (mut wrapped, mut frame) =
        (Vec::with_capacity(answer.len() + 8), Vec::with_capacity(answer.len() + 32));
    put_bytes(&mut wrapped, 1, answer);
    put_bytes(&mut frame, 1, name.as_bytes());
    put_bytes(&mut frame, 2, &wrapped);
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], &frame].concat()
}

fn message(table: &Table, index: u16, object: &Map<String, Value>, out: &mut Vec<u8>) {
    for field in &table.message(index).fields {
        if field.shape == Shape::Inline {
            let mut inlined = Vec::new();
            message(table, field.message, object, &mut inlined);
            put_bytes(out, field.number, &inlined);
            continue;
        }
        match (field.count, object.get(field.name)) {
            (_, None | Some(Value::Null)) => {}
            (Count::List, Some(Value::Array(items))) => {
                for item in items {
                    put(table, field, item, out);
                }
            }
            (Count::Map, Some(Value::Object(entries))) => {
                for (key, value) in entries {
                    let mut entry = Vec::new();
                    put_bytes(&mut entry, 1, key.as_bytes());
                    put(table, &Field { number: 2, ..*field }, value, &mut entry);
                    put_bytes(out, field.number, &entry);
                }
            }
            (Count::List | Count::Map, Some(_)) => unfit(field, out),
            (Count::One | Count::NonZero, Some(value)) => put(table, field, value, out),
        }
    }
}

/// One value of a field.
fn put(table: &Table, field: &Field, value: &Value, out: &mut Vec<u8>) {
    let number = field.number;
    let mut varint = |value: u64| {
        put_varint(out, u64::from(number) << 3);
        put_varint(out, value);
    };
    match (field.shape, value) {
        (Shape::Bool, Value::Bool(value)) => varint(u64::from(*value)),
        (Shape::Int, Value::Number(value)) if value.is_i64() => {
            varint(value.as_i64().unwrap_or_default().cast_unsigned());
        }
        (Shape::Double, Value::Number(value)) => {
            put_varint(out, u64::from(number) << 3 | 1);
            out.extend_from_slice(&value.as_f64().unwrap_or_default().to_le_bytes());
        }
        (Shape::String, Value::String(text)) => put_bytes(out, number, text.as_bytes()),
        _ => match bytes(table, field, value) {
            Some(bytes) => put_bytes(out, number, &bytes),
            None => unfit(field, out),
        },
    }
}

/// The bytes of a value that is some in protobuf; `None` where the value is not of the shape.
fn bytes(table: &Table, field: &Field, value: &Value) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let of_message = |index: u16, value: &Value| {
        let mut out = Vec::new();
        message(table, index, value.as_object()?, &mut out);
        Some(out)
    };
    // The two fields of a union.
    let union = || match &*table.message(field.message).fields {
        [one, other] => Some((*one, *other)),
        _ => None,
    };
    match field.shape {
        Shape::Bytes => out = BASE64_STANDARD.decode(value.as_str()?).ok()?,
        Shape::Message | Shape::Inline => out = of_message(field.message, value)?,
        Shape::List => {
            let items = table.message(field.message).fields.first()?;
            value.as_array()?.iter().for_each(|item| put(table, items, item, &mut out));
        }
        Shape::Time | Shape::MicroTime if value.is_null() => {}
        Shape::Time | Shape::MicroTime => {
            let time: Timestamp = value.as_str()?.parse().ok()?;
            put_varint(&mut out, 1 << 3);
            put_varint(&mut out, time.as_second().cast_unsigned());
            put_varint(&mut out, 2 << 3);
            put_varint(&mut out, i64::from(time.subsec_nanosecond()).cast_unsigned());
        }
        Shape::Quantity => put_bytes(&mut out, 1, value.as_str()?.as_bytes()),
        Shape::IntOrString => {
            let text = value.as_str();
            put_varint(&mut out, 1 << 3);
            put_varint(&mut out, u64::from(text.is_some()));
            put_varint(&mut out, 2 << 3);
            let number = if text.is_some() { 0 } else { value.as_i64()? };
            put_varint(&mut out, number.cast_unsigned());
            put_bytes(&mut out, 3, text.unwrap_or_default().as_bytes());
        }
        Shape::Json => put_bytes(&mut out, 1, value.to_string().as_bytes()),
        Shape::OrArray => {
            let (one, many) = union()?;
            match value.as_array() {
                Some(items) => items.iter().for_each(|item| put(table, &many, item, &mut out)),
                None => put(table, &one, value, &mut out),
            }
        }
        Shape::OrBool => {
            let (allows, schema) = union()?;
            // With a schema, Go says that it allows as well.
            put(table, &allows, &Value::Bool(value.as_bool().unwrap_or(true)), &mut out);
            if !value.is_boolean() {
                put(table, &schema, value, &mut out);
            }
        }
        Shape::String | Shape::Bool | Shape::Int | Shape::Double => return None,
    }
    Some(out)
}

/// A value that no type takes: a number where bytes belong, and bytes where a number does.
fn unfit(field: &Field, out: &mut Vec<u8>) {
    match field.shape {
        Shape::Bool | Shape::Int | Shape::Double if field.count != Count::Map => {
            put_bytes(out, field.number, b"?");
        }
        _ => {
            put_varint(out, u64::from(field.number) << 3);
            put_varint(out, 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::protobuf::decode;
    use k8s_openapi::{
        api::core::v1::{Pod, Secret},
        apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
    };
    use serde::de::DeserializeOwned;
    use serde_json::json;

    fn kind(api_version: &str, kind: &str) -> Kind {
        Table::builtin().kind(api_version, kind).expect("a built-in kind")
    }

    fn same<T: DeserializeOwned + PartialEq + std::fmt::Debug>(of: Kind, value: &Value) {
        let wanted: T = serde_json::from_value(value.clone()).expect("it fits");
        assert_eq!(decode::<T>(&object(of, value), of, 100).expect("it decodes"), wanted);
    }

    #[test]
    fn what_was_written_is_read_as_it_was() {
        same::<Pod>(
            kind("v1", "Pod"),
            &json!({
                "metadata": { "name": "web", "labels": { "a": "b", "c": "" }, "generation": -3,
                    "creationTimestamp": "2026-01-01T00:00:00Z", "managedFields": [{ "fieldsV1": { "f:x": {} } }] },
                "spec": { "containers": [{ "name": "a", "ports": [{ "containerPort": 80 }],
                    "resources": { "limits": { "cpu": "100m" } },
                    "livenessProbe": { "httpGet": { "port": "web" }, "initialDelaySeconds": 5 },
                    "readinessProbe": { "tcpSocket": { "port": 80 } } }] },
                "status": { "startTime": null },
            }),
        );
        same::<Secret>(
            kind("v1", "Secret"),
            &json!({ "metadata": {}, "data": { "k": "aGk=" }, "immutable": false }),
        );
        let schema = json!({ "type": "object", "additionalProperties": { "type": "string" }, "maximum": 1.5,
            "properties": { "a": { "items": { "default": [1, "x"] }, "additionalProperties": false } } });
        same::<CustomResourceDefinition>(
            kind("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
            &json!({ "metadata": {}, "spec": { "group": "g", "names": { "kind": "K", "plural": "ks" }, "scope": "Cluster",
                "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } }] } }),
        );
    }

    #[test]
    fn what_no_type_takes_is_none_in_protobuf_either() {
        for spec in [
            json!({ "containers": 7 }),
            json!({ "containers": [{ "name": "a", "ports": [{ "containerPort": "x" }] }] }),
            json!({ "containers": [], "nodeName": 7 }),
            json!({ "containers": [], "nodeSelector": "x" }),
            json!({ "containers": [], "hostNetwork": "x" }),
            json!({ "containers": [], "priority": 99_999_999_999_i64 }),
        ] {
            let pod = json!({ "metadata": { "name": "web" }, "spec": spec });
            let of = kind("v1", "Pod");
            assert!(decode::<Pod>(&object(of, &pod), of, 100).is_err(), "{pod}");
        }
    }
}
