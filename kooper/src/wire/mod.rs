//! Encodings: how a body or a stream is parted into objects, how an object's metadata is read, how it is decoded.
//!
//! Nothing outside of this module knows what an object's bytes mean. The other stages see a [`Metadata`], a [`Body`], and
//! no more. JSON is the one encoding so far; another is another arm of [`Encoding`].

mod json;
mod metadata;

pub(crate) use metadata::Metadata;

use bytes::Bytes;
use serde::de::DeserializeOwned;

/// The largest object, in bytes, that is taken. etcd's own limit is 1.5 MiB; one beyond this is no object but a fault.
pub(crate) const MAX_OBJECT: usize = 16 << 20;

/// What an object's bytes are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// JSON, as every API server speaks it.
    Json,
}

impl Encoding {
    /// What the retriever asks for.
    pub(crate) const ACCEPT: &str = "application/json";

    /// The encoding of an answer, by its `Content-Type`.
    pub(crate) fn of(_content_type: Option<&str>) -> Self {
        Self::Json
    }

    /// A splitter for a list's body.
    pub(crate) fn list(self) -> ListSplitter {
        match self {
            Self::Json => ListSplitter(json::ListSplitter::default()),
        }
    }

    /// A splitter for a watch's stream.
    pub(crate) fn watch(self) -> WatchSplitter {
        match self {
            Self::Json => WatchSplitter(json::WatchSplitter::default()),
        }
    }
}

/// An object's bytes, without its `managedFields`.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    bytes: Bytes,
    encoding: Encoding,
}

impl Body {
    /// The object as a value of a type.
    pub(crate) fn decode<R: DeserializeOwned>(&self) -> Result<R, DecodeError> {
        match self.encoding {
            Encoding::Json => serde_json::from_slice(&self.bytes).map_err(DecodeError),
        }
    }
}

/// An object as it came: what the runtime needs of it, and the rest unread.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) meta: Metadata,
    pub(crate) body: Body,
}

/// The object is not what its type says.
#[derive(Debug, thiserror::Error)]
#[error("the object does not fit its type: {0}")]
pub(crate) struct DecodeError(#[source] serde_json::Error);

/// Bytes that are no list, no stream or no object.
#[derive(Debug, thiserror::Error, PartialEq)]
pub(crate) enum WireError {
    /// The bytes break the encoding.
    #[error("the answer is garbled: {0}")]
    Garbled(String),
    /// The body ended in the middle.
    #[error("the answer breaks off")]
    Cut,
    /// An object beyond [`MAX_OBJECT`].
    #[error("an object of more than {} MiB", MAX_OBJECT >> 20)]
    Oversized,
}

/// Parts a list's body into objects as its chunks arrive; holds one object and one chunk at most.
pub(crate) struct ListSplitter(json::ListSplitter);

impl ListSplitter {
    /// Takes a chunk and hands out the objects that end in it.
    pub(crate) fn feed(&mut self, chunk: &[u8], found: impl FnMut(Object)) -> Result<(), WireError> {
        self.0.feed(chunk, found)
    }

    /// What stood around the objects, once the body is whole.
    pub(crate) fn finish(self) -> Result<Envelope, WireError> {
        self.0.finish()
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

/// A `Status` of the API server: an error, in its words.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub(crate) struct Status {
    pub(crate) code: u16,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) retry_after: Option<u64>,
}

impl Status {
    /// The status in an answer's body, where it holds one; else the code with the beginning of the body.
    pub(crate) fn read(code: u16, body: &[u8]) -> Self {
        json::status(body).map_or_else(
            || Self {
                code,
                message: String::from_utf8_lossy(&body[..body.len().min(200)]).trim().to_owned(),
                ..Self::default()
            },
            |status| Self { code, ..status },
        )
    }
}

/// Parts a watch's stream into events as its chunks arrive; holds one event and one chunk at most.
pub(crate) struct WatchSplitter(json::WatchSplitter);

impl WatchSplitter {
    /// Takes a chunk and hands out the events that end in it.
    pub(crate) fn feed(
        &mut self,
        chunk: &[u8],
        found: impl FnMut(WatchEvent) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        self.0.feed(chunk, found)
    }

    /// Whether the stream ended between two events.
    pub(crate) fn finish(self) -> Result<(), WireError> {
        self.0.finish()
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
