//! OTLP: OpenTelemetry's own protocol, to a collector or to a backend such as Jaeger.

mod client;
mod exporter;
#[cfg(test)]
mod tests;

use super::{
    InitError,
    destination::{Destination, To},
    export::Batches,
};
use client::Client;
use exporter::Blocking;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// An exporter by OTLP, the protocol of OpenTelemetry, for [`Builder::otlp`](super::Builder::otlp).
///
/// It speaks protobuf over HTTP, to port 4318 unless an endpoint is set; with the feature `otlp-grpc` also gRPC, to port
/// 4317. What is not set here is set by variables:
///
/// | variable | meaning | default |
/// |---|---|---|
/// | `OTEL_EXPORTER_OTLP_ENDPOINT` | the base address; over HTTP `/v1/traces` is added | `http://localhost:4318` |
/// | `OTEL_EXPORTER_OTLP_PROTOCOL` | `http/protobuf` or `grpc` | `http/protobuf` |
/// | `OTEL_EXPORTER_OTLP_HEADERS` | `name=value,…`, percent-encoded; they win over those of the program | none |
/// | `OTEL_EXPORTER_OTLP_TIMEOUT` | how long one batch may take, in milliseconds | 10000 |
///
/// Each has a form for traces alone, which wins: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, whose address is taken as it is, and so
/// on. Batches are not compressed. `https` needs the feature `rustls-tls`, which is on by default; certificates are checked
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

    /// The address, before that of variables: `http://collector:4318`. Over HTTP `/v1/traces` is added unless it has a path.
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
        Ok(Batches::start(self.make(var)?, var)?)
    }

    /// What makes an exporter for each service.
    fn make(self, var: impl Fn(&str) -> Option<String>) -> Result<Make, InitError> {
        let protocol = self.protocol(&var)?;
        let endpoint = self.address(protocol, &var);
        let timeout = self.timeout.unwrap_or_else(|| timeout(&var));
        let destination = Arc::new(Destination::new(format!("OTLP to {endpoint}")));
        let wrong = |reason| InitError::Exporter { destination: destination.to_string(), reason };
        let tls = check(&endpoint).map_err(wrong)?;
        let connector = client::connector(tls && protocol == Protocol::Http).map_err(wrong)?;
        let (headers, destination) = (self.headers, destination.clone());
        let make = Maker { endpoint, headers, timeout, protocol, connector, destination };
        // The next ones are made the same way, in the middle of the program's work; what can fail fails here.
        make.exporter().map_err(wrong)?;
        Ok(Arc::new(move || match make.exporter() {
            Ok(exporter) => exporter,
            Err(reason) => unreachable!("the same exporter could be made before: {reason}"),
        }))
    }

    fn protocol(&self, var: impl Fn(&str) -> Option<String>) -> Result<Protocol, InitError> {
        if let Some(protocol) = self.protocol {
            return Ok(protocol);
        }
        for variable in ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"] {
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

    fn address(&self, protocol: Protocol, var: impl Fn(&str) -> Option<String>) -> String {
        let with_path = |base: &str| match protocol {
            Protocol::Http => format!("{}/v1/traces", base.trim_end_matches('/')),
            #[cfg(feature = "otlp-grpc")]
            Protocol::Grpc => base.to_owned(),
        };
        if let Some(endpoint) = &self.endpoint {
            let path = endpoint.parse().is_ok_and(|uri: http::Uri| uri.path().len() > 1);
            return if path { endpoint.clone() } else { with_path(endpoint) };
        }
        if let Some(exact) = var("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
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

fn timeout(var: impl Fn(&str) -> Option<String>) -> Duration {
    let told = var("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT").or_else(|| var("OTEL_EXPORTER_OTLP_TIMEOUT"));
    Duration::from_millis(told.and_then(|millis| millis.trim().parse().ok()).unwrap_or(10_000))
}

/// Whether an address is one of TLS, or what is wrong with it.
fn check(endpoint: &str) -> Result<bool, String> {
    let uri: http::Uri = endpoint.parse().map_err(|error| format!("{error}; write http://HOST:PORT"))?;
    match uri.scheme_str() {
        _ if uri.host().is_none_or(str::is_empty) => {
            Err("it names no host; write http://HOST:PORT".to_owned())
        }
        Some("http") => Ok(false),
        Some("https") if cfg!(feature = "rustls-tls") => Ok(true),
        Some("https") => Err("https needs the feature `rustls-tls` of kooper".to_owned()),
        _ => Err("its scheme is neither http nor https; write http://HOST:PORT".to_owned()),
    }
}

/// All that exporters of one destination are made of.
struct Maker {
    endpoint: String,
    headers: HashMap<String, String>,
    timeout: Duration,
    protocol: Protocol,
    connector: client::Connector,
    destination: Arc<Destination>,
}

impl Maker {
    fn exporter(&self) -> Result<To<Blocking<SpanExporter>>, String> {
        let exporter = Blocking::new(self.timeout, || match self.protocol {
            Protocol::Http => SpanExporter::builder()
                .with_http()
                .with_http_client(Client::new(self.connector.clone(), self.destination.clone()))
                .with_protocol(opentelemetry_otlp::Protocol::HttpBinary)
                .with_endpoint(&self.endpoint)
                .with_timeout(self.timeout)
                .with_headers(self.headers.clone())
                .build()
                .map_err(|error| error.to_string()),
            #[cfg(feature = "otlp-grpc")]
            Protocol::Grpc => exporter::grpc(&self.endpoint, self.timeout, &self.headers),
        })?;
        Ok(To::new(self.destination.clone(), exporter))
    }
}
