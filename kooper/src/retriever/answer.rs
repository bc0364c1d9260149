//! One answer of the API server, chunk by chunk, with bounds on how long it may be silent.

use super::Trouble;
use crate::{
    trace::Reading,
    wire::{Encoding, Status},
};
use bytes::Bytes;
use http::{HeaderValue, Request, header};
use http_body_util::BodyExt;
use kube::{Client, client::Body};
use std::time::Duration;

/// How the API server's audit log names this program.
const USER_AGENT: &str = concat!("kooper/", env!("CARGO_PKG_VERSION"));

/// How long an answer may take to begin. A server that works begins at once, that of a watch as well.
const BEGIN: Duration = Duration::from_mins(1);

/// How much of a refusal is read: a `Status` is far shorter.
const MAX_REFUSAL: usize = 64 << 10;

/// A successful answer whose body is still to come.
pub(super) struct Answer {
    body: Body,
    silence: Duration,
    pub(super) encoding: Encoding,
}

/// Sends a request for an answer in what `accept` says. An answer that has begun may be silent for
/// `silence` at a time; what is no success is a [`Trouble`].
pub(super) async fn ask(
    client: &Client,
    request: Request<Vec<u8>>,
    reading: &Reading,
    accept: &'static str,
    silence: Duration,
) -> Result<Answer, Trouble> {
    let (mut parts, _) = request.into_parts();
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
    parts.headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
    reading.tell(&mut parts.headers);
    let sent = client.send(Request::from_parts(parts, Body::empty()));
    let response = tokio::time::timeout(BEGIN, sent)
        .await
        .map_err(|_| Trouble::Silent(BEGIN))?
        .map_err(|error| Trouble::Unreachable(crate::error::chain(&error)))?;
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let encoding = Encoding::of(content_type);
    tracing::debug!(encoding = encoding.name(), status = response.status().as_u16(), "answered");
    let asked_to_wait =
        response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let status = response.status();
    let mut answer = Answer { body: response.into_body(), silence, encoding };
    if status.is_success() {
        return Ok(answer);
    }
    let mut refusal = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        refusal.extend_from_slice(&chunk);
        if refusal.len() > MAX_REFUSAL {
            break;
        }
    }
    let mut status = Status::read(status.as_u16(), &refusal);
    status.retry_after = asked_to_wait.or(status.retry_after);
    Err(status.into())
}

impl Answer {
    /// Changes how long it may be silent from here on.
    pub(super) fn may_be_silent_for(&mut self, silence: Duration) {
        self.silence = silence;
    }

    /// The next bytes of the body; `None` at its end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, Trouble> {
        loop {
            let frame = tokio::time::timeout(self.silence, self.body.frame())
                .await
                .map_err(|_| Trouble::Silent(self.silence))?;
            match frame {
                None => return Ok(None),
                Some(Err(error)) => return Err(Trouble::Lost(crate::error::chain(&error))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}
