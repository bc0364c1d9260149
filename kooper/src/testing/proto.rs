//! Answers and bodies in Kubernetes' protobuf, by the table that the retriever reads it with.

use bytes::Bytes;
use http::{HeaderMap, header};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    convert,
    resources::Resource,
    status::Status,
    store::Object,
    view::{View, to_bytes},
};
use crate::wire::{
    METADATA_ALONE,
    protobuf::{Kind, Table, encode, testing::read_answer},
};

pub(super) const MEDIA_TYPE: &str = "application/vnd.kubernetes.protobuf";

/// The object in `body`; `None` where it is none of a known kind. kubectl sends it without being asked.
pub(super) fn read(body: &[u8]) -> Option<Value> {
    read_answer(body)
}

/// What is shown of objects, and in which encoding.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) view: View,
    /// What the objects are in protobuf; `None` where they go out as JSON.
    pub(super) protobuf: Option<Sent>,
}

/// What an object is in protobuf.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    of: Kind,
    pub(super) api_version: String,
    pub(super) kind: String,
}

impl Form {
    /// The first form in `Accept` that the server has for a resource.
    pub(super) fn accepted(headers: &HeaderMap, resource: &Resource, now: Timestamp) -> Result<Self, Status> {
        for media in accept(headers).split(',').map(str::trim) {
            if let Some(view) = View::of_json(media, now) {
                return Ok(Self { view, protobuf: None });
            }
            let (view, api_version, kind) = match protobuf(media) {
                Some("") => (View::Whole, resource.api_version(), resource.kind.clone()),
                Some("PartialObjectMetadata" | "PartialObjectMetadataList") => {
                    (View::Metadata, METADATA_ALONE.0.into(), METADATA_ALONE.1.into())
                }
                _ => continue,
            };
            if let Some(of) = Table::builtin().kind(&api_version, &kind) {
                return Ok(Self { view, protobuf: Some(Sent { of, api_version, kind }) });
            }
        }
        Err(Status::not_acceptable())
    }

    pub(super) fn media_type(&self, watch: bool) -> &'static str {
        match (&self.protobuf, watch) {
            (None, _) => "application/json",
            (Some(_), false) => MEDIA_TYPE,
            (Some(_), true) => "application/vnd.kubernetes.protobuf;stream=watch",
        }
    }

    /// Appends an event of a watch.
    pub(super) fn event(&self, name: &str, resource: &Resource, object: &Object, to: &mut Vec<u8>) {
        if let Some(sent) = &self.protobuf {
            let answer =
                encode::envelope(&sent.api_version, &sent.kind, &self.message(sent, resource, object));
            to.extend_from_slice(&encode::event(name, &answer));
        } else {
            to.extend_from_slice(b"{\"type\":\"");
            to.extend_from_slice(name.as_bytes());
            to.extend_from_slice(b"\",\"object\":");
            to.extend_from_slice(&self.view.object(resource, object));
            to.extend_from_slice(b"}\n");
        }
    }

    /// The object in protobuf.
    pub(super) fn message(&self, sent: &Sent, resource: &Resource, object: &Object) -> Bytes {
        let encoded = |json: &[u8]| {
            let value = serde_json::from_slice(json).expect("the store wrote this JSON");
            Bytes::from(encode::object(sent.of, &value))
        };
        if self.view == View::Whole && !convert::converts(resource) {
            return object.protobuf.get_or_init(|| encoded(&object.json)).clone();
        }
        encoded(&self.view.object(resource, object))
    }

    /// The beginning of an event.
    pub(super) fn cut_event(&self) -> Bytes {
        Bytes::from_static(match &self.protobuf {
            Some(_) => b"\0\0\x01\0\x0a\x08MODIFIED\x12",
            None => b"{\"type\":\"MODIFIED\",\"object\":{\"kind\":",
        })
    }

    /// What is no event.
    pub(super) fn garbled_event(&self) -> Bytes {
        Bytes::from_static(match &self.protobuf {
            Some(_) => b"\0\0\0\x04\xff\xfe\xff\xff",
            None => b"{\"type\":\"ADDED\",\xff\xfe garbled\n",
        })
    }

    /// An event whose object is none of the store's.
    pub(super) fn other_event(&self, name: &str, object: &Value) -> Bytes {
        if self.protobuf.is_some()
            && let Some(answer) = encode::answer(object)
        {
            return encode::event(name, &answer).into();
        }
        let mut line = to_bytes(&serde_json::json!({ "type": name, "object": object })).to_vec();
        line.push(b'\n');
        line.into()
    }
}

/// The object of an answer in protobuf, where that is asked for before JSON and the object is of a known kind.
pub(super) fn preferred(headers: &HeaderMap, object: &[u8]) -> Option<Bytes> {
    let media = first(headers, |_| true)?;
    protobuf(media)?;
    encode::answer(&serde_json::from_slice(object).ok()?).map(Bytes::from)
}

/// Whether a `Status` goes out in protobuf: what is asked for in another form than its own does not count.
pub(super) fn prefers_for_status(headers: &HeaderMap) -> bool {
    first(headers, |media| !media.contains("as=")).is_some_and(|media| protobuf(media).is_some())
}

/// The first of `Accept` that is in an encoding that there is.
fn first(headers: &HeaderMap, counts: impl Fn(&str) -> bool) -> Option<&str> {
    let mut medias = accept(headers).split(',').map(str::trim);
    medias.find(|media| counts(media) && (protobuf(media).is_some() || is_json(media)))
}

fn accept(headers: &HeaderMap) -> &str {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*")
}

pub(super) fn is_json(media: &str) -> bool {
    matches!(media.split(';').next().map(str::trim), Some("application/json" | "*/*" | "application/*" | ""))
}

/// Whether protobuf is asked for, and as which kind; empty for its own.
fn protobuf(media: &str) -> Option<&str> {
    let mut words = media.split(';').map(str::trim);
    (words.next() == Some(MEDIA_TYPE))
        .then(|| words.find_map(|word| word.strip_prefix("as=")).unwrap_or_default())
}
