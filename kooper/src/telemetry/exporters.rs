//! Exporters: where traces go, and how to choose.
//!
//! | you have | take | feature |
//! |---|---|---|
//! | nothing yet | the terminal: traces are drawn where no exporter is set | `waterfall` (default) |
//! | an OpenTelemetry collector, Jaeger 1.35 or newer, Tempo, a vendor | `Otlp` over HTTP | `otlp` |
//! | the same, behind something that speaks gRPC only | `Otlp` over gRPC | `otlp-grpc` |
//! | a Jaeger agent on the node, or `JAEGER_ENDPOINT`, as Kooper's users had | `Jaeger` | `jaeger` |
//! | a test, or one odd trace to look at again | a trace file: `KOOPER_TRACE_FILE` | `telemetry` (default) |
//! | an SDK exporter of your own | [`Builder::exporter`](super::Builder::exporter), or `processor` | `telemetry` (default) |
//!
//! # A Jaeger to try
//!
//! ```sh
//! docker run --rm -p 16686:16686 -p 4318:4318 -p 6831:6831/udp jaegertracing/jaeger:2.20.0
//! OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 cargo run --example traced-controller --features kooper/otlp
//! ```
//!
//! Then look at <http://127.0.0.1:16686>, service `traced-pod-controller`. With `--features kooper/jaeger` and
//! `JAEGER_AGENT_HOST=127.0.0.1` the same spans go by UDP. An address is better than a name here: a name may first mean an
//! address of IPv6, at which the agent does not listen.
//!
//! # By the one who deploys, or by the program
//!
//! A program that says only `kooper::telemetry::init("pod-printer")` leaves everything to variables, which is what a container
//! wants:
//!
//! ```yaml
//! env:
//!   - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://collector.observability:4318" }
//!   - { name: OTEL_TRACES_SAMPLER, value: parentbased_traceidratio }
//!   - { name: OTEL_TRACES_SAMPLER_ARG, value: "0.1" }
//!   - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
//!   - { name: POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
//!   - { name: NODE_NAME, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
//! ```
//!
//! `POD_*` and `NODE_NAME` become `k8s.pod.name`, `k8s.namespace.name` and so on, of the service, not of the objects that it
//! handles.
//!
//! What the program says by the [`Builder`](super::Builder) holds where no variable says other. Several exporters work at once,
//! each with a queue and a thread of its own: a dead one costs the others nothing.
//!
#![cfg_attr(feature = "otlp", doc = "```no_run")]
#![cfg_attr(not(feature = "otlp"), doc = "```ignore")]
//! use kooper::telemetry::{self, Otlp, Waterfall};
//!
//! # fn main() -> kooper::Result {
//! let _telemetry = telemetry::builder("pod-printer")
//!     .otlp(Otlp::http().endpoint("http://127.0.0.1:4318"))
//!     .waterfall(Waterfall::stdout())
//!     .init()?;
//! # Ok(()) }
//! ```
//!
//! # What an exporter can do to your program
//!
//! * **Nothing waits for it.** An ended span goes into a queue (2,048 spans, `OTEL_BSP_MAX_QUEUE_SIZE`); when that is full, the span
//!   is dropped and counted.
//! * **What is lost is told** in a log line, with the address and the reason, at most once a minute.
//! * **The end is bounded.** The guard that `init` returns sends what is left when it is dropped, for 5 s at most. Keep it until the
//!   end of `main`: after SIGTERM, [`run`](crate::run) returns, and then it is dropped.
//! * **It does not trace itself.** What its own HTTP client logs and does is not exported.
//!
//! What an exporter in trouble costs an attempt on its own thread, in instructions, at full speed with a handler that does nothing
//! (`cargo bench --workspace --bench exporters -- faults`):
//!
//! | | instructions | beside one in good health |
//! |---|---|---|
//! | OTLP, in good health | 48,571 | |
//! | unreachable | 47,446 | 0.98 |
//! | slow | 47,441 | 0.98 |
//! | refusing | 49,089 | 1.01 |
//! | dying in the middle of requests | 47,415 | 0.98 |
//! | Jaeger's agent, in good health | 48,015 | |
//! | the buffer of its socket full | 47,975 | 1.00 |
//! | not there | 47,635 | 0.99 |
//!
//! And what exporting costs at all: of 1,000 attempts a second by OTLP to a real Jaeger on the same machine, 3.0 and 3.6 % of one core, spans and the
//! thread that sends them together (`cargo bench --workspace --bench exporters -- jaeger`; processor time less that of the same run with no
//! exporter).
//!
//! # Log lines
//!
//! Log lines go to standard error; by OTLP as well with `OTEL_LOGS_EXPORTER=otlp`, or `Builder::otlp_logs`. Each has the ids of
//! the trace and the span in which it was logged, and a backend shows them beside the trace.
//!
//! # The state of `opentelemetry-jaeger`
//!
//! Its last release is of 2024, for OpenTelemetry 0.23, and it is marked unmaintained (RUSTSEC-2025-0123). Kooper takes from it
//! what writes datagrams for an agent, and nothing that runs: no runtime, no batches, no sampling, no HTTP. It is compiled by the
//! feature `jaeger` alone.
