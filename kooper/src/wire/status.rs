//! A refusal, in the server's words.

use super::protobuf;
use serde::Deserialize;

/// A `Status` of the API server: an error, in its words.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub(crate) struct Status {
    pub(crate) code: u16,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) retry_after: Option<u64>,
}

impl Status {
    /// The status in an answer's body, where it holds one in either encoding, since what stands between this program and
    /// the server may answer in its own; else the code with the beginning of the body.
    pub(crate) fn read(code: u16, body: &[u8]) -> Self {
        protobuf::status(body).or_else(|| in_json(body)).map_or_else(
            || Self {
                code,
                message: String::from_utf8_lossy(&body[..body.len().min(200)]).trim().to_owned(),
                ..Self::default()
            },
            |status| Self { code, ..status },
        )
    }
}

#[derive(Deserialize)]
struct RawStatus {
    kind: String,
    #[serde(default)]
    code: u16,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    message: String,
    details: Option<Details>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    retry_after_seconds: Option<u64>,
}

/// The `Status` in `body`, if it is one.
pub(super) fn in_json(body: &[u8]) -> Option<Status> {
    let status: RawStatus = serde_json::from_slice(body).ok()?;
    (status.kind == "Status").then(|| Status {
        code: status.code,
        reason: status.reason,
        message: status.message,
        retry_after: status.details.and_then(|details| details.retry_after_seconds),
    })
}
