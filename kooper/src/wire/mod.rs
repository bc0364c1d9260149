//! Encodings: how a body or a stream is parted into objects, how an object's metadata is read, how it is decoded.
//!
//! Nothing outside of this module knows what an object's bytes mean. The other stages see a [`Metadata`], a [`Body`], and
//! no more. There are JSON and Kubernetes' protobuf; another is another arm of [`Encoding`].

mod alone;
mod encoding;
mod json;
mod metadata;
pub(crate) mod protobuf;
mod room;
mod status;

pub use encoding::Encoding;
pub(crate) use encoding::{METADATA_ALONE, Part};
pub(crate) use metadata::Metadata;
pub(crate) use protobuf::Table;
pub(crate) use status::Status;

use bytes::Bytes;
use serde::de::DeserializeOwned;

/// What is taken of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The largest object, in bytes. etcd's own limit is 1.5 MiB; one beyond 16 MiB is no object but a fault.
    pub(crate) size: usize,
    /// How deep messages of protobuf may lie in each other. The deepest built-in type, a schema aside, has 15 levels.
    pub(crate) depth: u8,
    /// Whether `managedFields` are kept.
    pub(crate) managed_fields: bool,
    /// The annotation that tells in which trace an object was written.
    pub(crate) annotation: Option<&'static str>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size: 16 << 20, depth: 100, managed_fields: false, annotation: Some(crate::trace::ANNOTATION) }
    }
}

impl Limits {
    /// An error where something is larger than an object may be, with so many bytes around it.
    pub(crate) fn check(self, length: usize, around: usize) -> Result<(), WireError> {
        if length > self.size.saturating_add(around) {
            return Err(WireError::Oversized { limit: self.size });
        }
        Ok(())
    }
}

/// An object's bytes, without its `managedFields` unless they are asked for.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    bytes: Bytes,
    form: Form,
}

/// How an object's bytes are to be read.
#[derive(Debug, Clone, Copy)]
enum Form {
    Json,
    /// Metadata alone, in JSON.
    JsonMetadata,
    /// Of this kind, and so many levels at most.
    Protobuf(protobuf::Kind, u8),
}

impl Body {
    fn new(bytes: Vec<u8>, form: Form) -> Self {
        room::make(bytes.len());
        Self { bytes: Bytes::from(bytes), form }
    }

    /// The object as a value of a type.
    pub(crate) fn decode<R: DeserializeOwned>(&self) -> Result<R, DecodeError> {
        match self.form {
            Form::Json => match str::from_utf8(&self.bytes) {
                // Looked at once, and not again string by string.
                Ok(text) => serde_json::from_str(text),
                Err(_) => serde_json::from_slice(&self.bytes),
            }
            .map_err(DecodeError::Json),
            Form::JsonMetadata => alone::decode(&self.bytes).map_err(DecodeError::Json),
            Form::Protobuf(kind, depth) => {
                protobuf::decode(&self.bytes, kind, depth).map_err(DecodeError::Protobuf)
            }
        }
    }
}

/// An object as it came: what the runtime needs of it, and the rest unread.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) meta: Metadata,
    pub(crate) body: Body,
}

impl Object {
    /// An object of JSON.
    pub(crate) fn read_json(bytes: &[u8], limits: Limits) -> Result<Self, WireError> {
        metadata::read_json(bytes, limits)
    }
}

/// The object is not what its type says.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("the object does not fit its type: {0}")]
    Json(#[source] serde_json::Error),
    #[error("the object does not fit its type: {0}")]
    Protobuf(#[source] protobuf::Error),
}

/// Bytes that are no list, no stream or no object.
#[derive(Debug, thiserror::Error, PartialEq)]
pub(crate) enum WireError {
    /// The bytes break the encoding.
    #[error("the answer is garbled: {0}")]
    Garbled(String),
    /// The body ended in the middle.
    #[error("the answer breaks off: {what} ends at byte {at}")]
    Cut { what: &'static str, at: usize },
    /// An object beyond [`Limits::size`].
    #[error("an object of more than {limit} bytes, which `max_object_size` of the controller allows")]
    Oversized { limit: usize },
}

/// Parts a list's body into objects as its chunks arrive; holds one object and one chunk at most.
pub(crate) enum ListSplitter {
    Json(json::ListSplitter),
    Protobuf(protobuf::ListSplitter),
}

impl ListSplitter {
    /// Takes a chunk and hands out the objects that end in it.
    pub(crate) fn feed(&mut self, chunk: &[u8], found: impl FnMut(Object)) -> Result<(), WireError> {
        match self {
            Self::Json(splitter) => splitter.feed(chunk, found),
            Self::Protobuf(splitter) => splitter.feed(chunk, found),
        }
    }

    /// What stood around the objects, once the body is whole.
    pub(crate) fn finish(self) -> Result<Envelope, WireError> {
        match self {
            Self::Json(splitter) => splitter.finish(),
            Self::Protobuf(splitter) => splitter.finish(),
        }
    }
}

/// What stands around the objects of a list, or a `Status` in its place.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// The version of the list.
    pub(crate) resource_version: String,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<String>,
    /// The code of the `Status` that came instead of a list.
    pub(crate) status: Option<Status>,
}

/// Parts a watch's stream into events as its chunks arrive; holds one event and one chunk at most.
pub(crate) enum WatchSplitter {
    Json(json::WatchSplitter),
    Protobuf(protobuf::WatchSplitter),
}

impl WatchSplitter {
    /// Takes a chunk and hands out the events that end in it.
    pub(crate) fn feed(
        &mut self,
        chunk: &[u8],
        found: impl FnMut(WatchEvent) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        match self {
            Self::Json(splitter) => splitter.feed(chunk, found),
            Self::Protobuf(splitter) => splitter.feed(chunk, found),
        }
    }

    /// Whether the stream ended between two events, and the `Status` that took the place of the last one.
    pub(crate) fn finish(self) -> Result<Option<Status>, WireError> {
        match self {
            Self::Json(splitter) => splitter.finish(),
            Self::Protobuf(splitter) => splitter.finish().map(|()| None),
        }
    }
}

/// One event of a watch.
#[derive(Debug)]
pub(crate) enum WatchEvent {
    /// An object was added or changed.
    Applied(Object),
    /// An object is gone; its last state.
    Deleted(Object),
    /// Nothing changed up to this version; `initial_end` where it ends the initial events of a streaming list (KEP-3157).
    Bookmark { version: String, initial_end: bool },
    /// The server ends the watch.
    Error(Status),
}
