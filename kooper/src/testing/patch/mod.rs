//! Patches: a changed object from what is stored and what is sent.

use bytes::Bytes;
use serde_json::Value;

use super::{document::Document, status::Status};

const ACCEPTED: &str = "application/json-patch+json, application/merge-patch+json, \
    application/strategic-merge-patch+json, application/apply-patch+yaml, application/apply-patch+cbor";

/// A patch of one of the kinds that the server takes.
#[derive(Debug)]
pub(super) enum Patch {
    /// RFC 7386.
    Merge(Value),
    /// RFC 6902.
    Json(json_patch::Patch),
}

impl Patch {
    pub(super) fn read(content_type: &str, body: &Bytes) -> Result<Self, Status> {
        let bad = |error: serde_json::Error| Status::bad_request(error.to_string());
        match content_type {
            "application/merge-patch+json" | "application/strategic-merge-patch+json" => {
                serde_json::from_slice(body).map(Self::Merge).map_err(bad)
            }
            "application/json-patch+json" => serde_json::from_slice(body).map(Self::Json).map_err(bad),
            _ => Err(Status::unsupported_media_type(ACCEPTED)),
        }
    }

    pub(super) fn apply(&self, to: &Document) -> Result<Document, Status> {
        let mut value = to.clone().into_value();
        match self {
            Self::Merge(patch) => json_patch::merge(&mut value, patch),
            Self::Json(patch) => {
                json_patch::patch(&mut value, patch).map_err(|error| {
                    let message =
                        format!("the server rejected our request due to an error in our request: {error}");
                    Status::new(422, "Invalid", message)
                })?;
            }
        }
        Document::new(value).ok_or_else(|| Status::bad_request("the patch leaves no object"))
    }
}
