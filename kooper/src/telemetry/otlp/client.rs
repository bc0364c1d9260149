//! The HTTP client as the exporter wants it.

use crate::telemetry::{client::Client, destination::Destination};
use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use std::sync::Arc;

/// A client that remembers why it failed, since the exporter only says "network error".
#[derive(Debug)]
pub(super) struct Remembering {
    pub(super) client: Client,
    pub(super) destination: Arc<Destination>,
}

#[async_trait]
impl HttpClient for Remembering {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.client.send(request).await;
        if let Err(error) = &answer {
            self.destination.failed_by(crate::error::chain(&**error));
        }
        answer
    }
}
