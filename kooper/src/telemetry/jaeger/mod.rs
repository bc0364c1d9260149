//! Jaeger's own ways: the agent, in compact thrift by UDP, and its collector, in binary thrift by HTTP.
//!
//! The agent's wire is that of `opentelemetry-jaeger`, whose last release speaks OpenTelemetry 0.23. It is used for no more than its
//! exporter that blocks; `convert.rs` makes spans of that version of those of today, and `agent.rs` does what it lacks. The
//! collector is served by `batch.rs` and `collector.rs`.

mod agent;
mod batch;
mod collector;
mod convert;
mod cut;
mod sampler;
#[cfg(test)]
mod tests;
pub(super) mod variables;
#[cfg(test)]
mod wire;

use super::{
    InitError,
    blocking::Blocking,
    client::{check, connector},
    destination::{Destination, To},
    export::Batches,
};
use agent::Agent;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use collector::{Collector, Door};
use http::{HeaderValue, Uri};
use std::sync::{Arc, atomic::AtomicBool};

/// An exporter by Jaeger's own wire, for [`Builder::jaeger`](super::Builder::jaeger): to an agent, in compact thrift over UDP, as
/// Kooper's first version sent it, or past the agent to a [`collector`](Self::collector), in binary thrift over HTTP. Jaeger v2
/// takes both, at ports 6831 and 14268.
///
/// ```no_run
/// use kooper::telemetry::{self, Jaeger};
///
/// # fn main() -> kooper::Result {
/// let _telemetry = telemetry::builder("pod-printer").jaeger(Jaeger::new().agent("10.0.0.7:6831")).init()?;
/// # Ok(()) }
/// ```
///
/// Where there is a choice, use `Otlp`: UDP promises nothing, Jaeger calls this way deprecated, and some things have no place
/// in it.
///
/// # Variables
///
/// Those of `jaeger-client-go`, for programs that come from Kooper:
///
/// | variable | meaning |
/// |---|---|
/// | `JAEGER_AGENT_HOST`, `JAEGER_AGENT_PORT` | the agent, unless the program says where to: `localhost`, `6831`; one of them turns the exporter on |
/// | `JAEGER_ENDPOINT` | the collector, `http://HOST:14268/api/traces`; it turns the exporter on, and no agent is asked |
/// | `JAEGER_USER`, `JAEGER_PASSWORD` | for the collector, where both are set: basic authentication |
/// | `JAEGER_SERVICE_NAME` | the name of the service, where no variable of OpenTelemetry names it |
/// | `JAEGER_TAGS` | `key=value,…` for the resource; `${VARIABLE:default}` is a value from the environment |
/// | `JAEGER_SAMPLER_TYPE`, `JAEGER_SAMPLER_PARAM` | `const` and 0 or 1, `probabilistic` and a share, `ratelimiting` and traces a second; roots then have the tags `sampler.type` and `sampler.param` |
/// | `JAEGER_DISABLED` | `true`: none of the variables above turns the exporter on |
///
/// `JAEGER_SERVICE_NAME`, `JAEGER_TAGS` and `JAEGER_SAMPLER_*` hold for all exporters; `OTEL_TRACES_SAMPLER` wins over the sampler's.
/// `OTEL_EXPORTER_JAEGER_AGENT_HOST` and `_PORT` win over all that is said of the agent's address.
///
/// # What thrift cannot carry
///
/// | of a span | by OTLP | by the agent and the collector |
/// |---|---|---|
/// | times | nanoseconds | microseconds |
/// | array | an array | text, `[1,2,3]`; text inside is not escaped |
/// | attributes and trace state of a link | kept | lost; the link is a `FOLLOWS_FROM` reference |
/// | a root's link into its own trace | a link | left out: Jaeger takes it for the parent |
/// | kind `internal` | a tag `span.kind` | no tag |
/// | instrumentation scope | tags `otel.scope.*` | lost |
/// | trace state | kept | lost |
/// | counts of what was over a limit of the SDK | kept | lost |
/// | name of an event | a name | the log's field `event`, empty where there is no name |
/// | length of a span | any | by the agent one datagram: it is cut, see below; by the collector any |
///
/// All else arrives the same all three ways: `tests/tests/jaeger.rs` compares it in real Jaegers, span by span, and
/// `tests/tests/traced_controller.rs` does so for the main job as a program.
///
/// # As Kooper sent it
///
/// Every span, tag and log of Kooper v0.8's traced-controller is there, under its name and with its type; that too is compared
/// with a recording in a real Jaeger. What differs:
///
/// - Roots and the spans around handlers have more tags: what [`crate::trace`] lists beyond Kooper's, where the code stands
///   (`code.*`), and `otel.status_description` with the reason of a failure.
/// - `sampler.type` and `sampler.param` are there where `JAEGER_SAMPLER_TYPE` is set.
/// - A retry links to the attempt before it (`FOLLOWS_FROM`); Kooper's stood alone.
/// - A trace id has 128 bits, and is not the id of the root as well.
/// - An object that is deleted while it is tried again: its deletion is a first attempt, and happens once. Kooper counted it as the
///   next attempt of the failed one, and handled it twice.
///
/// # What UDP cannot promise
///
/// Batches are split so that each datagram has at most 65,000 bytes. A span that is longer by itself is cut: first its long
/// texts, then logs, links and tags beyond the first and last few. It gets a tag `kooper.span.cut`, and the first one a log line.
/// An agent that is not there is only noticed where its host says so, at the batch after the first one that was lost; a log
/// line says so at most once a minute. Its name is looked up again then, and not before.
///
/// # RUSTSEC-2025-0123
///
/// `opentelemetry-jaeger` has no maintainer: it was given up when Jaeger learned OTLP, and its advisory says no more than that.
/// Kooper stays out of the way of what is known to be broken in it: its client for tokio (which panics in debug builds), its
/// batches, its propagator and its client of collectors are not compiled in or not used. What is used encodes spans that the program
/// made itself, and reads nothing from the network. Who wants no such crate in the tree leaves the feature `jaeger` off, as it
/// is by default.
#[derive(Debug, Clone, Default)]
#[must_use = "it exports nothing until it is given to a builder"]
pub struct Jaeger {
    to: Option<Where>,
    datagram: Option<usize>,
}

/// Whom spans are sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Where {
    /// Its host and port.
    Agent(String),
    /// Its URL.
    Collector(String),
}

/// Makes an exporter.
type Make<E> = Arc<dyn Fn() -> To<E> + Send + Sync>;

impl Jaeger {
    /// To whom the variables name, else to the agent at `localhost:6831`.
    pub fn new() -> Self {
        Self::default()
    }

    /// The agent's host and port, before what variables say.
    pub fn agent(mut self, address: impl Into<String>) -> Self {
        self.to = Some(Where::Agent(address.into()));
        self
    }

    /// A collector's URL, `http://HOST:14268/api/traces`, before what variables say; past every agent. What it refuses is told, and
    /// not sent again. `https` needs the feature `rustls-tls`.
    pub fn collector(mut self, url: impl Into<String>) -> Self {
        self.to = Some(Where::Collector(url.into()));
        self
    }

    /// The most that a datagram to the agent may hold in bytes, 65,000 unless this is called. Some systems send less at once: macOS
    /// 9,216.
    pub fn datagram(mut self, bytes: usize) -> Self {
        self.datagram = Some(bytes);
        self
    }

    /// Starts its thread.
    pub(super) fn start(self, var: impl Fn(&str) -> Option<String> + Copy) -> crate::Result<Batches> {
        match self.target(var) {
            Where::Agent(address) => Batches::start(self.to_agent(address)?, var),
            Where::Collector(url) => Batches::start(to_collector(&url, var)?, var),
        }
    }

    /// What makes an exporter to an agent for each service.
    fn to_agent(&self, address: String) -> Result<Make<Agent>, InitError> {
        let destination = Arc::new(Destination::new(format!("Jaeger agent at {address}")));
        let port = address.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
        if !matches!(port, Some(Ok(_))) {
            let reason = "its address has no port; write HOST:6831".to_owned();
            return Err(InitError::Exporter { destination: destination.to_string(), reason });
        }
        let datagram = self.datagram.unwrap_or(65_000);
        let told = Arc::<AtomicBool>::default();
        Ok(Arc::new(move || {
            To::new(destination.clone(), Agent::new(address.clone(), datagram, told.clone()))
        }))
    }

    fn target(&self, var: impl Fn(&str) -> Option<String>) -> Where {
        let agent = |host: &str, port: &str| {
            let (host, port) = (var(host), var(port));
            (host.is_some() || port.is_some()).then(|| {
                let host = host.as_deref().map_or("localhost", str::trim);
                Where::Agent(format!("{host}:{}", port.as_deref().map_or("6831", str::trim)))
            })
        };
        let collector = || var("JAEGER_ENDPOINT").map(|url| Where::Collector(url.trim().to_owned()));
        match &self.to {
            Some(collector @ Where::Collector(_)) => collector.clone(),
            // The encoder reads these two itself, whatever it is told.
            to => agent("OTEL_EXPORTER_JAEGER_AGENT_HOST", "OTEL_EXPORTER_JAEGER_AGENT_PORT")
                .or_else(|| to.clone())
                .or_else(collector)
                .or_else(|| agent("JAEGER_AGENT_HOST", "JAEGER_AGENT_PORT"))
                .unwrap_or_else(|| Where::Agent("localhost:6831".to_owned())),
        }
    }
}

/// What makes an exporter to a collector for each service.
fn to_collector(
    url: &str,
    var: impl Fn(&str) -> Option<String>,
) -> Result<Make<Blocking<Collector>>, InitError> {
    let destination = Arc::new(Destination::new(format!("Jaeger collector at {url}")));
    let wrong = |reason| InitError::Exporter { destination: destination.to_string(), reason };
    let tls = check(url).map_err(wrong)?;
    let endpoint: Uri = url.parse().map_err(|error: http::uri::InvalidUri| wrong(error.to_string()))?;
    if endpoint.path() == "/" {
        return Err(wrong("it has no path; write http://HOST:14268/api/traces".to_owned()));
    }
    let authorization = var("JAEGER_USER").zip(var("JAEGER_PASSWORD")).map(|(user, password)| {
        let mut value =
            HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))))
                .expect("base64 has no letter that a header has not");
        value.set_sensitive(true);
        value
    });
    let door = Door { endpoint, connector: connector(tls).map_err(wrong)?, authorization };
    // The next ones are made the same way, in the middle of the program's work; what can fail fails here.
    Collector::new(door.clone()).map_err(wrong)?;
    let told = destination.clone();
    Ok(Arc::new(move || match Collector::new(door.clone()) {
        Ok(collector) => To::new(told.clone(), collector),
        Err(reason) => unreachable!("the same exporter could be made before: {reason}"),
    }))
}
