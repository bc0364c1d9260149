//! The Jaeger agent: spans in compact thrift, in UDP datagrams.
//!
//! The wire is that of `opentelemetry-jaeger`, whose last release speaks OpenTelemetry 0.23. It is used for no more than its
//! exporter that blocks; `convert.rs` makes spans of that version of those of today, and `agent.rs` does what it lacks.

mod agent;
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
    destination::{Destination, To},
    export::Batches,
};
use agent::Agent;
use std::sync::{Arc, atomic::AtomicBool};

/// An exporter to a Jaeger agent, for [`Builder::jaeger`](super::Builder::jaeger): compact thrift over UDP, as Kooper's first
/// version sent it. Jaeger v2 takes it too, at port 6831.
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
/// | `JAEGER_AGENT_HOST`, `JAEGER_AGENT_PORT` | the agent, unless the program says it: `localhost`, `6831`; one of them turns the exporter on |
/// | `JAEGER_SERVICE_NAME` | the name of the service, where no variable of OpenTelemetry names it |
/// | `JAEGER_TAGS` | `key=value,…` for the resource; `${VARIABLE:default}` is a value from the environment |
/// | `JAEGER_SAMPLER_TYPE`, `JAEGER_SAMPLER_PARAM` | `const` and 0 or 1, `probabilistic` and a share, `ratelimiting` and traces a second; roots then have the tags `sampler.type` and `sampler.param` |
/// | `JAEGER_DISABLED` | `true`: none of the variables above turns the exporter on |
/// | `JAEGER_ENDPOINT` | not spoken any more: `init` fails and says which variable of OTLP to set, unless one is set |
///
/// `JAEGER_SERVICE_NAME`, `JAEGER_TAGS` and `JAEGER_SAMPLER_*` hold for all exporters; `OTEL_TRACES_SAMPLER` wins over the sampler's.
/// `OTEL_EXPORTER_JAEGER_AGENT_HOST` and `_PORT` win over all that is said of the agent's address.
///
/// # What thrift cannot carry
///
/// | of a span | by OTLP | by the agent |
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
/// | length of a span | any | one datagram: it is cut, see below |
///
/// All else arrives the same both ways: `tests/tests/jaeger.rs` compares it in real Jaegers, span by span, and
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
/// batches, its propagator and its HTTP collector are not compiled in or not used. What is used encodes spans that the program
/// made itself, and reads nothing from the network. Who wants no such crate in the tree leaves the feature `jaeger` off, as it
/// is by default.
#[derive(Debug, Clone, Default)]
#[must_use = "it exports nothing until it is given to a builder"]
pub struct Jaeger {
    agent: Option<String>,
    datagram: Option<usize>,
}

/// Makes an exporter.
type Make = Arc<dyn Fn() -> To<Agent> + Send + Sync>;

impl Jaeger {
    /// To the agent that the variables name, else to `localhost:6831`.
    pub fn new() -> Self {
        Self::default()
    }

    /// The agent's host and port, before what variables say.
    pub fn agent(mut self, address: impl Into<String>) -> Self {
        self.agent = Some(address.into());
        self
    }

    /// The most that a datagram may hold in bytes, 65,000 unless this is called. Some systems send less at once: macOS 9,216.
    pub fn datagram(mut self, bytes: usize) -> Self {
        self.datagram = Some(bytes);
        self
    }

    /// Starts its thread.
    pub(super) fn start(self, var: impl Fn(&str) -> Option<String> + Copy) -> crate::Result<Batches> {
        Ok(Batches::start(self.make(var)?, var)?)
    }

    /// What makes an exporter for each service.
    fn make(self, var: impl Fn(&str) -> Option<String>) -> Result<Make, InitError> {
        let address = self.address(var);
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

    fn address(&self, var: impl Fn(&str) -> Option<String>) -> String {
        let by = |host: &str, port: &str| {
            let (host, port) = (var(host), var(port));
            (host.is_some() || port.is_some()).then(|| {
                let host = host.as_deref().map_or("localhost", str::trim);
                format!("{host}:{}", port.as_deref().map_or("6831", str::trim))
            })
        };
        // The encoder reads the first two itself, whatever it is told.
        by("OTEL_EXPORTER_JAEGER_AGENT_HOST", "OTEL_EXPORTER_JAEGER_AGENT_PORT")
            .or_else(|| self.agent.clone())
            .or_else(|| by("JAEGER_AGENT_HOST", "JAEGER_AGENT_PORT"))
            .unwrap_or_else(|| "localhost:6831".to_owned())
    }
}
