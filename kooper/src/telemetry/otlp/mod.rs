//! OTLP: OpenTelemetry's own protocol, to a collector or to a backend such as Jaeger.

mod client;
mod signal;
#[cfg(test)]
mod tests;

use super::{
    InitError,
    blocking::Blocking,
    client::{Client, Connector, check, connector},
    destination::{Destination, To},
    export::Batches,
};
use client::Remembering;
#[cfg(feature = "otlp-grpc")]
use opentelemetry_otlp::WithTonicConfig;
use opentelemetry_otlp::{LogExporter, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, logs::SdkLoggerProvider};
use signal::{LOGS, Signal, TRACES};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// An exporter by OTLP, the protocol of OpenTelemetry, for [`Builder::otlp`](super::Builder::otlp), and of log lines for
/// [`Builder::otlp_logs`](super::Builder::otlp_logs).
///
/// It speaks protobuf over HTTP, to port 4318 unless an endpoint is set; with the feature `otlp-grpc` also gRPC, to port
/// 4317. What is not set here is set by variables:
///
/// | variable | meaning | default |
/// |---|---|---|
/// | `OTEL_EXPORTER_OTLP_ENDPOINT` | the base address; over HTTP `/v1/traces` is added, or `/v1/logs` | `http://localhost:4318` |
/// | `OTEL_EXPORTER_OTLP_PROTOCOL` | `http/protobuf` or `grpc` | `http/protobuf` |
/// | `OTEL_EXPORTER_OTLP_HEADERS` | `name=value,…`, percent-encoded; they win over those of the program | none |
/// | `OTEL_EXPORTER_OTLP_TIMEOUT` | how long one batch may take, in milliseconds | 10000 |
///
/// Each has a form for traces alone, which wins: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, whose address is taken as it is, and so
/// on; and one for log lines: `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT`. Batches are not compressed. `https` needs the feature `rustls-tls`, which is on by default; certificates are checked
/// against those of the system.
///
/// ```no_run
/// use kooper::telemetry::{self, Otlp};
///
/// # fn main() -> kooper::Result {
/// let _telemetry = telemetry::builder("pod-printer")
///     .otlp(Otlp::new().endpoint("https://collector.example.com").header("authorization", "Bearer …"))
///     .init()?;
/// # Ok(()) }
/// ```
///
/// # When the collector is down
///
/// No handler ever waits for it. Batches are sent by a thread of their own, which tries again three times within the timeout and
/// then drops the batch; meanwhile up to 2,048 spans (`OTEL_BSP_MAX_QUEUE_SIZE`) wait, and more are dropped. A log line says
/// so, with the address and the reason, at most once a minute. The end of the program is held up by at most 5 s.
#[derive(Debug, Clone, Default)]
#[must_use = "it exports nothing until it is given to a builder"]
pub struct Otlp {
    endpoint: Option<String>,
    headers: HashMap<String, String>,
    timeout: Option<Duration>,
    protocol: Option<Protocol>,
}

/// Makes an exporter.
type Make = Arc<dyn Fn() -> To<Blocking<SpanExporter>> + Send + Sync>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Http,
    #[cfg(feature = "otlp-grpc")]
    Grpc,
}

impl Otlp {
    /// By the variables, else over HTTP to `localhost`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Over gRPC, whatever `OTEL_EXPORTER_OTLP_PROTOCOL` says.
    #[cfg(feature = "otlp-grpc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "otlp-grpc")))]
    pub fn grpc() -> Self {
        Self { protocol: Some(Protocol::Grpc), ..Self::default() }
    }

    /// Over HTTP, whatever `OTEL_EXPORTER_OTLP_PROTOCOL` says.
    pub fn http() -> Self {
        Self { protocol: Some(Protocol::Http), ..Self::default() }
    }

    /// The address, before that of variables: `http://collector:4318`. Over HTTP `/v1/traces` is added
    /// (`/v1/logs` for log lines) unless it has a path.
    ///
    /// Leave it out where the one who deploys the program is to say it.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// A header of each request, for instance for a token.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// How long a batch may take before it is dropped, with all its attempts; 10 s unless this or a variable says other.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Starts its thread.
    pub(super) fn start(self, var: impl Fn(&str) -> Option<String> + Copy) -> crate::Result<Batches> {
        Batches::start(self.make(var)?, var)
    }

    /// What sends log lines, on a thread of its own.
    pub(super) fn logs(
        self,
        resource: Resource,
        var: impl Fn(&str) -> Option<String>,
    ) -> Result<SdkLoggerProvider, InitError> {
        let maker = self.maker(&LOGS, var)?;
        let exporter = maker.logs().map_err(|reason| maker.wrong(reason))?;
        Ok(SdkLoggerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build())
    }

    /// What makes an exporter of spans for each service.
    fn make(self, var: impl Fn(&str) -> Option<String>) -> Result<Make, InitError> {
        let make = self.maker(&TRACES, var)?;
        // The next ones are made the same way, in the middle of the program's work; what can fail fails here.
        make.spans().map_err(|reason| make.wrong(reason))?;
        Ok(Arc::new(move || match make.spans() {
            Ok(exporter) => exporter,
            Err(reason) => unreachable!("the same exporter could be made before: {reason}"),
        }))
    }

    fn maker(self, signal: &Signal, var: impl Fn(&str) -> Option<String>) -> Result<Maker, InitError> {
        let protocol = self.protocol(signal, &var)?;
        let endpoint = self.address(signal, protocol, &var);
        let timeout = match self.timeout {
            Some(timeout) => timeout,
            None => signal.timeout(&var)?,
        };
        let destination = Arc::new(Destination::new(format!("OTLP to {endpoint}")));
        let wrong = |reason| InitError::Exporter { destination: destination.to_string(), reason };
        let tls = check(&endpoint).map_err(wrong)?;
        let connector = connector(tls && protocol == Protocol::Http).map_err(wrong)?;
        let (headers, destination) = (self.headers, destination.clone());
        Ok(Maker { endpoint, headers, timeout, protocol, connector, destination })
    }

    fn protocol(&self, signal: &Signal, var: impl Fn(&str) -> Option<String>) -> Result<Protocol, InitError> {
        if let Some(protocol) = self.protocol {
            return Ok(protocol);
        }
        for variable in [signal.protocol, "OTEL_EXPORTER_OTLP_PROTOCOL"] {
            let Some(value) = var(variable) else { continue };
            return match value.as_str() {
                "http/protobuf" => Ok(Protocol::Http),
                #[cfg(feature = "otlp-grpc")]
                "grpc" => Ok(Protocol::Grpc),
                #[cfg(not(feature = "otlp-grpc"))]
                "grpc" => Err(InitError::Feature { variable, value, feature: "otlp-grpc" }),
                _ => Err(InitError::Variable { variable, value, known: "`http/protobuf`, `grpc`" }),
            };
        }
        Ok(Protocol::Http)
    }

    fn address(&self, signal: &Signal, protocol: Protocol, var: impl Fn(&str) -> Option<String>) -> String {
        let with_path = |base: &str| match protocol {
            Protocol::Http => format!("{}{}", base.trim_end_matches('/'), signal.path),
            #[cfg(feature = "otlp-grpc")]
            Protocol::Grpc => base.to_owned(),
        };
        if let Some(endpoint) = &self.endpoint {
            let path = endpoint.parse().is_ok_and(|uri: http::Uri| uri.path().len() > 1);
            return if path { endpoint.clone() } else { with_path(endpoint) };
        }
        if let Some(exact) = var(signal.endpoint) {
            return exact;
        }
        match (var("OTEL_EXPORTER_OTLP_ENDPOINT"), protocol) {
            (Some(base), _) => with_path(&base),
            (None, Protocol::Http) => with_path("http://localhost:4318"),
            #[cfg(feature = "otlp-grpc")]
            (None, Protocol::Grpc) => "http://localhost:4317".to_owned(),
        }
    }
}

/// All that exporters of one destination are made of.
struct Maker {
    endpoint: String,
    headers: HashMap<String, String>,
    timeout: Duration,
    protocol: Protocol,
    connector: Connector,
    destination: Arc<Destination>,
}

impl Maker {
    fn wrong(&self, reason: String) -> InitError {
        InitError::Exporter { destination: self.destination.to_string(), reason }
    }

    /// An exporter of spans.
    fn spans(&self) -> Result<To<Blocking<SpanExporter>>, String> {
        let exporter = Blocking::new(self.timeout, || match self.protocol {
            Protocol::Http => {
                self.http(SpanExporter::builder().with_http()).build().map_err(|e| e.to_string())
            }
            #[cfg(feature = "otlp-grpc")]
            Protocol::Grpc => {
                self.grpc(SpanExporter::builder().with_tonic())?.build().map_err(|e| e.to_string())
            }
        })?;
        Ok(To::new(self.destination.clone(), exporter))
    }

    /// An exporter of log lines.
    fn logs(&self) -> Result<To<Blocking<LogExporter>>, String> {
        let exporter = Blocking::new(self.timeout, || match self.protocol {
            Protocol::Http => {
                self.http(LogExporter::builder().with_http()).build().map_err(|e| e.to_string())
            }
            #[cfg(feature = "otlp-grpc")]
            Protocol::Grpc => {
                self.grpc(LogExporter::builder().with_tonic())?.build().map_err(|e| e.to_string())
            }
        })?;
        Ok(To::new(self.destination.clone(), exporter))
    }

    /// Settings of an exporter over HTTP.
    fn http<B: WithExportConfig + WithHttpConfig>(&self, builder: B) -> B {
        builder
            .with_http_client(Remembering {
                client: Client::new(self.connector.clone()),
                destination: self.destination.clone(),
            })
            .with_protocol(opentelemetry_otlp::Protocol::HttpBinary)
            .with_endpoint(&self.endpoint)
            .with_timeout(self.timeout)
            .with_headers(self.headers.clone())
    }

    /// Settings of an exporter by gRPC. It must be made inside a runtime.
    #[cfg(feature = "otlp-grpc")]
    fn grpc<B: WithExportConfig + WithTonicConfig>(&self, builder: B) -> Result<B, String> {
        use opentelemetry_otlp::tonic_types::{metadata::MetadataMap, transport::ClientTlsConfig};
        let headers: http::HeaderMap =
            (&self.headers).try_into().map_err(|error: http::Error| error.to_string())?;
        let builder = builder
            .with_endpoint(&self.endpoint)
            .with_timeout(self.timeout)
            .with_metadata(MetadataMap::from_headers(headers));
        if self.endpoint.starts_with("https:") {
            return Ok(builder.with_tls_config(ClientTlsConfig::new().with_native_roots()));
        }
        Ok(builder)
    }
}
