//! An exporter that brings its own runtime.

use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};
use std::time::Duration;
use tokio::runtime::Runtime;

/// Drives an exporter on a runtime of its own, on the thread of its batch.
///
/// The SDK's batch thread has no runtime, and clients for tokio panic there. On the program's runtime they would work until
/// the end: a shutdown waits on one of its threads, and where it has no other, nobody moves the connection that the
/// shutdown waits for.
#[derive(Debug)]
pub(super) struct Blocking<E> {
    exporter: E,
    /// Always there until the drop.
    runtime: Option<Runtime>,
    timeout: Duration,
}

impl<E: SpanExporter> Blocking<E> {
    /// Makes an exporter inside its runtime. A batch may take as long as `timeout`.
    pub(super) fn new(timeout: Duration, make: impl FnOnce() -> Result<E, String>) -> Result<Self, String> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        let entered = runtime.enter();
        let exporter = make();
        drop(entered);
        match exporter {
            Ok(exporter) => Ok(Self { exporter, runtime: Some(runtime), timeout }),
            Err(error) => {
                runtime.shutdown_background();
                Err(error)
            }
        }
    }
}

impl<E: SpanExporter> SpanExporter for Blocking<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let Some(runtime) = &self.runtime else {
            return Err(OTelSdkError::AlreadyShutdown);
        };
        // This blocks, which only a thread may do that exists for it; `Builder` gives it no other.
        runtime.block_on(async {
            let sent = tokio::time::timeout(self.timeout, self.exporter.export(batch)).await;
            sent.unwrap_or(Err(OTelSdkError::Timeout(self.timeout)))
        })
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

impl<E> Drop for Blocking<E> {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // An ordinary drop panics inside another runtime, and waits for a look-up of a name that never ends.
            runtime.shutdown_background();
        }
    }
}

/// An exporter by gRPC. It must be made inside a runtime.
#[cfg(feature = "otlp-grpc")]
pub(super) fn grpc(
    endpoint: &str,
    timeout: Duration,
    headers: &std::collections::HashMap<String, String>,
) -> Result<opentelemetry_otlp::SpanExporter, String> {
    use opentelemetry_otlp::{
        WithExportConfig as _, WithTonicConfig as _,
        tonic_types::{metadata::MetadataMap, transport::ClientTlsConfig},
    };
    let headers: http::HeaderMap = headers.try_into().map_err(|error: http::Error| error.to_string())?;
    let mut builder = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(timeout)
        .with_metadata(MetadataMap::from_headers(headers));
    if endpoint.starts_with("https:") {
        builder = builder.with_tls_config(ClientTlsConfig::new().with_native_roots());
    }
    builder.build().map_err(|error| error.to_string())
}
