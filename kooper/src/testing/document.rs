//! An object as JSON, with the metadata that the server's rules are about.

use serde_json::{Map, Value};

/// An object in the making: what a client sent, or a copy of what is stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document(pub(super) Map<String, Value>);

impl Document {
    /// The object of `value`; `None` where it is no JSON object.
    pub(super) fn new(value: Value) -> Option<Self> {
        match value {
            Value::Object(fields) => Some(Self(fields)),
            _ => None,
        }
    }

    pub(super) fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    pub(super) fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn get(&self, pointer: &str) -> Option<&Value> {
        let (first, rest) = pointer.split_once('/').map_or((pointer, None), |(a, b)| (a, Some(b)));
        let mut value = self.0.get(first)?;
        for step in rest.into_iter().flat_map(|rest| rest.split('/')) {
            value = value.get(step)?;
        }
        Some(value)
    }

    pub(super) fn metadata(&self) -> Option<&Map<String, Value>> {
        self.0.get("metadata").and_then(Value::as_object)
    }

    /// The metadata to write to; made where it is not there.
    pub(super) fn metadata_mut(&mut self) -> &mut Map<String, Value> {
        let metadata = self.0.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
        if !metadata.is_object() {
            *metadata = Value::Object(Map::new());
        }
        metadata.as_object_mut().expect("it was made an object just now")
    }

    /// A string of the metadata; empty where it is not there.
    pub(super) fn meta(&self, field: &str) -> &str {
        self.metadata().and_then(|metadata| metadata.get(field)).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn set_meta(&mut self, field: &str, value: impl Into<Value>) {
        self.metadata_mut().insert(field.into(), value.into());
    }

    pub(super) fn clear_meta(&mut self, field: &str) {
        self.metadata_mut().remove(field);
    }

    /// Takes the field as `other` has it, also where it has none.
    pub(super) fn copy_meta(&mut self, field: &str, other: &Self) {
        match other.metadata().and_then(|metadata| metadata.get(field)) {
            Some(value) => self.set_meta(field, value.clone()),
            None => self.clear_meta(field),
        }
    }

    /// Takes the top-level field as `other` has it, also where it has none.
    pub(super) fn copy(&mut self, field: &str, other: &Self) {
        match other.0.get(field) {
            Some(value) => self.0.insert(field.into(), value.clone()),
            None => self.0.remove(field),
        };
    }

    pub(super) fn name(&self) -> &str {
        self.meta("name")
    }

    pub(super) fn generation(&self) -> u64 {
        self.metadata().and_then(|metadata| metadata.get("generation")).and_then(Value::as_u64).unwrap_or(0)
    }

    pub(super) fn finalizers(&self) -> Vec<&str> {
        let finalizers = self.metadata().and_then(|metadata| metadata.get("finalizers"));
        finalizers.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }

    pub(super) fn is_deleting(&self) -> bool {
        !self.meta("deletionTimestamp").is_empty()
    }

    /// Whether both are the same outside of metadata, and of status where that is a part of its own.
    pub(super) fn same_spec(&self, other: &Self, without_status: bool) -> bool {
        let counts =
            |field: &&String| field.as_str() != "metadata" && !(without_status && field.as_str() == "status");
        let fields = self.0.keys().chain(other.0.keys()).filter(counts);
        fields.into_iter().all(|field| self.0.get(field) == other.0.get(field))
    }
}
