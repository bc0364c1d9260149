//! An exporter that brings its own runtime.

#[cfg(feature = "otlp")]
use opentelemetry_sdk::logs::{LogBatch, LogExporter};
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

impl<E> Blocking<E> {
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

impl<E> Blocking<E> {
    /// Waits for an export. This blocks, which only a thread may do that exists for it; `Builder` gives it no other.
    fn wait(&self, export: impl Future<Output = OTelSdkResult>) -> OTelSdkResult {
        let Some(runtime) = &self.runtime else {
            return Err(OTelSdkError::AlreadyShutdown);
        };
        runtime.block_on(async {
            let sent = tokio::time::timeout(self.timeout, export).await;
            sent.unwrap_or(Err(OTelSdkError::Timeout(self.timeout)))
        })
    }
}

#[cfg(feature = "otlp")]
impl<E: LogExporter> LogExporter for Blocking<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        self.wait(self.exporter.export(batch))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl<E: SpanExporter> SpanExporter for Blocking<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.wait(self.exporter.export(batch))
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
