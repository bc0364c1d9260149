//! An exporter's destination by its name.

use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Where spans are sent to, by what it is called in messages: `OTLP to http://localhost:4318/v1/traces`.
#[derive(Debug)]
pub(super) struct Destination {
    name: String,
    /// What the transport knows of the last failure, and the exporter does not pass on.
    reason: Mutex<Option<String>>,
}

impl Destination {
    pub(super) fn new(name: String) -> Self {
        Self { name, reason: Mutex::default() }
    }

    /// Keeps why the transport failed.
    #[cfg(feature = "otlp")]
    pub(super) fn failed_by(&self, reason: String) {
        *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    /// An error that says where the spans were to go, and why they do not.
    fn explain(&self, error: &OTelSdkError) -> OTelSdkError {
        let known = self.reason.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reason = known.unwrap_or_else(|| match error {
            OTelSdkError::InternalFailure(message) => message.clone(),
            OTelSdkError::Timeout(after) => format!("no answer within {after:?}"),
            OTelSdkError::AlreadyShutdown => error.to_string(),
        });
        OTelSdkError::InternalFailure(format!("{self}: {reason}"))
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// An exporter whose errors name its destination.
#[derive(Debug)]
pub(super) struct To<E> {
    destination: Arc<Destination>,
    exporter: E,
}

impl<E> To<E> {
    pub(super) fn new(destination: Arc<Destination>, exporter: E) -> Self {
        Self { destination, exporter }
    }
}

#[cfg(feature = "otlp")]
impl<E: opentelemetry_sdk::logs::LogExporter> opentelemetry_sdk::logs::LogExporter for To<E> {
    async fn export(&self, batch: opentelemetry_sdk::logs::LogBatch<'_>) -> OTelSdkResult {
        self.exporter.export(batch).await.map_err(|error| self.destination.explain(&error))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl<E: SpanExporter> SpanExporter for To<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.exporter.export(batch).await.map_err(|error| self.destination.explain(&error))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
