//! What is sent by OTLP, each with its own path and its own form of the variables.

use crate::telemetry::{InitError, variable::number};
use std::time::Duration;

/// Spans or log lines.
#[derive(Debug)]
pub(super) struct Signal {
    /// What is added to a base address.
    pub(super) path: &'static str,
    pub(super) endpoint: &'static str,
    pub(super) protocol: &'static str,
    timeout: &'static str,
}

pub(super) const TRACES: Signal = Signal {
    path: "/v1/traces",
    endpoint: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    protocol: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    timeout: "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
};

pub(super) const LOGS: Signal = Signal {
    path: "/v1/logs",
    endpoint: "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    protocol: "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL",
    timeout: "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT",
};

impl Signal {
    /// How long a batch may take, by the variables.
    ///
    /// # Errors
    ///
    /// Where a variable holds no number.
    pub(super) fn timeout(&self, var: impl Fn(&str) -> Option<String>) -> Result<Duration, InitError> {
        let all = number(&var, "OTEL_EXPORTER_OTLP_TIMEOUT", 10_000)?;
        number(&var, self.timeout, all).map(Duration::from_millis)
    }
}
