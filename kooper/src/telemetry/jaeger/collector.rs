//! One service's way to the collector, past the agent.

use super::batch::batch;
use crate::telemetry::{
    blocking::Blocking,
    client::{Client, Connector},
};
use http::{Request, Uri, header};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};
use std::time::Duration;

/// How long a batch may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Letters of a refusal that are told.
const REFUSAL: usize = 200;

/// A collector's address, and how to get in.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) endpoint: Uri,
    pub(super) connector: Connector,
    /// The header of a name and a password.
    pub(super) authorization: Option<header::HeaderValue>,
}

/// Posts batches. What is refused is lost: the clients of Jaeger did not try again either.
#[derive(Debug)]
pub(super) struct Collector {
    door: Door,
    client: Client,
    resource: Resource,
}

impl Collector {
    /// On a runtime of its own.
    pub(super) fn new(door: Door) -> Result<Blocking<Self>, String> {
        Blocking::new(TIMEOUT, || {
            let client = Client::new(door.connector.clone());
            Ok(Self { door, client, resource: Resource::builder_empty().build() })
        })
    }

    async fn post(&self, spans: Vec<SpanData>) -> Result<(), String> {
        let body = batch(&self.resource, &spans).map_err(|error| error.to_string())?;
        let mut request = Request::post(self.door.endpoint.clone())
            .header(header::CONTENT_TYPE, "application/x-thrift")
            .body(body.into())
            .map_err(|error| error.to_string())?;
        if let Some(authorization) = &self.door.authorization {
            request.headers_mut().insert(header::AUTHORIZATION, authorization.clone());
        }
        let answer = self.client.send(request).await.map_err(|error| crate::error::chain(&*error))?;
        if answer.status().is_success() {
            return Ok(());
        }
        let said: String = String::from_utf8_lossy(answer.body()).trim().chars().take(REFUSAL).collect();
        Err(format!("it answered {}{}{said}", answer.status(), if said.is_empty() { "" } else { ": " }))
    }
}

impl SpanExporter for Collector {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.post(batch).await.map_err(OTelSdkError::InternalFailure)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.clone();
    }
}
