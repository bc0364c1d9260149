//! How an object is shown: whole, or its metadata alone.

use bytes::Bytes;
use http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::{convert, decode::Decoder, resources::Resource, schema::Schema, status::Status, store::Object};

/// The form of the answer that the header `Accept` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// The object as it is stored.
    Whole,
    /// `PartialObjectMetadata` of `meta.k8s.io/v1`.
    Metadata,
}

impl View {
    /// The first form in `Accept` that the server has.
    pub(super) fn accepted(headers: &HeaderMap) -> Result<Self, Status> {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
        let known = |media: &str| {
            let mut words = media.split(';').map(str::trim);
            let json = matches!(words.next(), Some("application/json" | "*/*" | "application/*" | ""));
            let form = words.find_map(|word| word.strip_prefix("as="));
            match form {
                _ if !json => None,
                None => Some(Self::Whole),
                Some("PartialObjectMetadata" | "PartialObjectMetadataList") => Some(Self::Metadata),
                Some(_) => None,
            }
        };
        accept.split(',').find_map(|media| known(media.trim())).ok_or_else(Status::not_acceptable)
    }

    /// `kind` and `apiVersion` of a list.
    pub(super) fn list_head(self, resource: &Resource) -> (String, String) {
        match self {
            Self::Whole => (format!("{}List", resource.kind), resource.api_version()),
            Self::Metadata => ("PartialObjectMetadataList".into(), "meta.k8s.io/v1".into()),
        }
    }

    /// The object as it stands alone: in the answer to a get, in an event.
    pub(super) fn object(self, resource: &Resource, object: &Object) -> Bytes {
        match self {
            Self::Whole if resource.is("events.k8s.io", "events") => to_bytes(&event(resource, object)),
            Self::Whole => object.json.clone(),
            Self::Metadata => {
                let mut partial = Map::new();
                partial.insert("kind".into(), "PartialObjectMetadata".into());
                partial.insert("apiVersion".into(), "meta.k8s.io/v1".into());
                partial.insert("metadata".into(), metadata(object));
                to_bytes(&Value::Object(partial))
            }
        }
    }

    /// Appends the object as it stands in a list.
    pub(super) fn item(self, resource: &Resource, object: &Object, to: &mut Vec<u8>) {
        match self {
            Self::Whole if resource.is("events.k8s.io", "events") => {
                let mut event = event(resource, object);
                if let Some(event) = event.as_object_mut() {
                    event.retain(|field, _| field != "kind" && field != "apiVersion");
                }
                to.extend_from_slice(&to_bytes(&event));
            }
            Self::Whole => {
                to.push(b'{');
                to.extend_from_slice(object.without_kind());
            }
            Self::Metadata => {
                to.extend_from_slice(&self.object(resource, object));
            }
        }
    }
}

/// An event in the form of `events.k8s.io`.
fn event(resource: &Resource, object: &Object) -> Value {
    let mut document = object.document();
    convert::event(&mut document, &resource.api_version());
    let of = Schema::builtin().of_kind("events.k8s.io/v1", "Event").expect("it is in the table");
    let typed = Decoder::new(false).object(of, document.0.clone());
    Value::Object(typed.unwrap_or(document.0))
}

fn metadata(object: &Object) -> Value {
    object.document().0.remove("metadata").unwrap_or_default()
}

pub(super) fn to_bytes(value: &Value) -> Bytes {
    serde_json::to_vec(value).expect("a JSON value can be written").into()
}
