//! Kubernetes controllers in which every object that is processed leaves a complete trace.
//!
//! You annotate an `impl` block. Kooper lists and watches the resource, queues the keys of what changes, calls your
//! handler with the newest state, tries again what fails, and draws each attempt as a trace.
//!
//! ```no_run
//! use k8s_openapi::api::core::v1::Pod;
//! use kooper::{Context, ObjectKey, controller};
//!
//! struct PodPrinter;
//!
//! #[controller(resource = Pod, retries = 3)]
//! impl PodPrinter {
//!     async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
//!         println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
//!         Ok(())
//!     }
//!
//!     async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
//!         println!("{key} is gone");
//!         Ok(())
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> kooper::Result {
//!     let _telemetry = kooper::telemetry::init("pod-printer")?;
//!     kooper::run(PodPrinter).await
//! }
//! ```
//!
//! # The way of an object
//!
//! ```text
//!  API server ──list/watch──▶ Retriever ──▶ Store ──▶ Queue ──▶ Worker ──▶ your Handler
//!                                             ▲         ▲          │
//!                                             └─ decode ┼──────────┤
//!                                                       └─ settle ─┘  forget · retry · requeue after
//! ```
//!
//! * A handler sees the newest state, and never two runs for one object at once.
//! * An object that fails is tried again after a growing delay, and given up after [`retries`](Queue::retries); a change
//!   of its spec starts afresh.
//! * One object that cannot be decoded, and one handler that panics, fail alone, with a trace that says why.
//! * A deletion that was missed while the connection was down is found by the next list. One that happened while the
//!   program was down is not: keep a finalizer where that matters.
//!
//! [`guarantees`] has all of this with the tests that show it.
//!
//! # The trace of an attempt
//!
//! ```text
//! ––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–> time
//! [ processJob ························································]
//!  [ handleAddObject / handleDeleteObject ·························]
//!   [ your span ······]
//!                      [ your span ································]
//! ```
//!
//! [`trace`] lists every attribute and log line. Spans are those of `tracing`: what you write with `#[instrument]` or
//! `info_span!` in a handler stands below. [`telemetry`] draws them in the terminal or exports them.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `telemetry` | yes | [`telemetry::init`]: readable logs, and OpenTelemetry below the spans |
//! | `waterfall` | yes | draws each finished trace in the terminal |
//! | `otel` | by `telemetry` | the bridge alone: baggage, span events and links, for a subscriber of your own |
//! | `otlp`, `otlp-grpc` | no | traces by OTLP, over HTTP or gRPC |
//! | `jaeger` | no | traces to a Jaeger agent, by compact thrift over UDP, or to its collector, by HTTP |
//! | `anyhow` | yes | `?` makes an `anyhow::Error` of a [`kooper::Error`](Error), and what one holds, such as [`permanent`], is found |
//! | `rustls-tls` | yes | TLS by rustls with ring |
//! | `openssl-tls` | no | TLS by the system's OpenSSL |
//! | `testing` | no | [`testing`]: an API server in the process, and a recorder of traces |
//!
//! # Your `[dependencies]`
//!
//! ```toml
//! k8s-openapi = { version = "0.29", features = ["latest"] }
//! kooper = "0.1"
//! tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
//! ```
//!
//! Without a version feature of `k8s-openapi` (`latest`, `v1_37`, …) the build ends with "None of the v1_* features are
//! enabled on the k8s-openapi crate". It is the program's to choose, not a library's.

#![cfg_attr(docsrs, feature(doc_cfg))]

// So that what the attribute writes (`::kooper::…`) can stand in this crate's own tests.
#[cfg(test)]
#[allow(unused_extern_crates)]
extern crate self as kooper;

mod attempts;
mod client;
mod context;
mod controller;
pub mod encodings;
mod error;
pub mod expansion;
mod finalizer;
pub mod guarantees;
mod handler;
mod hooks;
mod key;
mod objects;
#[cfg(feature = "otel")]
pub mod propagation;
mod queue;
mod readiness;
mod retriever;
mod running;
mod signal;
mod source;
mod spec;
mod spec_table;
mod store;
mod sync;
pub mod trace;
mod wire;
mod worker;

#[cfg(feature = "telemetry")]
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

pub use attempts::Attempts;
pub use context::{Context, Trigger};
pub use controller::{Controller, run};
pub use error::{
    ConfigError, DrainError, Error, ErrorKind, IntoError, Permanent, Result, StartError, permanent,
};
pub use handler::{Handler, Outcome, Requeue, Resource, Runnable, Shared};
pub use hooks::{ErrorHook, FilterHook, Hooks, OnError};
pub use key::{InvalidKey, ObjectKey};
pub use kooper_macros::{controller, handler};
pub use kube::Client;
pub use objects::{Objects, StoredObject};
pub use queue::{Backoff, Queue, RateLimit};
pub use readiness::Readiness;
pub use retriever::{Names, Retriever};
pub use source::{IsSource, MapHook, Source};
pub use spec::{MaybeDuration, MaybeText, Spec};
pub use wire::Encoding;

/// What the attribute's expansion names. Not for use by hand, and free to change.
#[doc(hidden)]
pub mod __private;
