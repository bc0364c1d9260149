//! The trace contract: what each attempt leaves behind.
//!
//! Each attempt is a trace of its own, named as Kooper named it, so that its dashboards and habits carry over:
//!
//! ```text
//! ––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–> time
//! [ processJob ························································]
//!  [ handleAddObject / handleDeleteObject ·························]
//!   [ your span ······]
//!                      [ your span ································]
//! ```
//!
//! This page is the contract; [`guide`] says how to work with it, and [`coming_from_go`] what became of Kooper's OpenTracing.
//!
//! # Attributes
//!
//! | attribute | on | value |
//! |---|---|---|
//! | `kubernetes.object.key`, `.namespace`, `.name` | root (the key on the child too) | `ns/name`, `ns` (absent for cluster scope), `name` |
//! | `kubernetes.object.kind`, `.uid`, `.resource_version` | root | of the state at hand |
//! | `kubernetes.object.total_processed_times` | root | int, 1 + retries so far |
//! | `kubernetes.object.processing_retry` | root | bool |
//! | `component` | both | `kooper` |
//! | `kooper.controller`, `controller.cfg.name` | both | the controller's name |
//! | `controller.cfg.resync_interval` | both | as Go writes a duration (`3m0s`); `0s` for never |
//! | `controller.cfg.max_retries`, `controller.cfg.concurrent_workers` | both | int |
//! | `kooper.trigger` | root | [`Trigger`](crate::Trigger): `list`, `watch`, `resync`, `retry`, `requeue`, `owned`, `related` |
//! | `kooper.queue.wait_ms`, `kooper.queue.coalesced` | root | int: time from ready to taken; changes that this run covers beside the first |
//! | `kooper.queue.lane` | root | `live`, `retry`, `backlog`: the line in which it waited; live changes go first |
//! | `kooper.backoff.start`, `kooper.backoff.planned_end` | root, of a retry | by RFC 3339, to the millisecond: when the attempt before it ended, and when this one was to be ready |
//! | `kooper.outcome` | root | `done`, `requeued`, `retried`, `given_up`, `permanent`, `aborted` |
//! | `error`, and the span's status | both, on failure | `true`; Error with the message |
//! | `error.type` | root, on failure | `handler`, `timeout`, `panic`, `decode`, `aborted` |
//! | `kooper.panic.location` | both, on a panic | `src/main.rs:12:9`, where it happened; unless [`Controller::panic_places`](crate::Controller::panic_places) is off |
//! | `code.file.path`, `code.line.number` | both | of the attribute, and of the handler's `fn` |
//!
//! All spans are of kind consumer. The baggage
//! `kubernetes.object.key` holds the key, in the context of the handler and of all that stands below its span.
//!
//! # Links
//!
//! | a root links to | |
//! |---|---|
//! | the root of the attempt before it | of a retry |
//! | the span in which its object was written | that the annotation `kooper.dev/traceparent` names ([`trace_annotation`](crate::Controller::trace_annotation)); with [`trace_parent`](crate::Controller::trace_parent) it is the parent instead |
//! | those of the states that the attempt covers beside the newest | the distinct ones, newest first, 8 with that of the newest state |
//!
//! What was not sampled is no link. An annotation that is no `traceparent` is ignored, with a line at DEBUG.
//!
//! # Logs
//!
//! The root logs, in this order: `event=baggage`, `event=process_object`, on failure `event=error`, then
//! `event=reenqueued` or `event=forget` (and `event=requeued` where the handler asked for it), and `success=true` or
//! `success=false`. The child logs `event=add` or `event=delete`, and `event=error`. They are span events of
//! OpenTelemetry, whose name stands behind `event=`.
//!
//! Other subscribers get one line for each attempt with the controller's module as its target: DEBUG for a good one, WARN
//! for one that failed, ERROR where the object was given up.
//!
//! # What the retriever does
//!
//! Each list, each watch and each round of resync is a trace of its own, with counts and without a span for each object.
//! Their level is DEBUG, their target `kooper::retriever`: `KOOPER_TRACES=info,kooper::retriever=debug` shows them.
//!
//! | span | from, to |
//! |---|---|
//! | `listObjects` | everything is read, for the first time or again: from the request to the last object |
//! | `watchObjects` | changes are followed: from the request, or the end of the list that goes on as a watch, to its end (about 5 minutes later) |
//! | `resync` | a round: from its first key to its last |
//!
//! | attribute | on | value |
//! |---|---|---|
//! | `kooper.controller`, `kubernetes.resource`, `kubernetes.namespace` | list, watch | whose stream it is; no namespace stands for all |
//! | `kooper.relist` | list | bool: whether everything was read before |
//! | `kooper.list.way`, `kooper.list.pages` | list | `streaming`, `pages` or `cache`; how many answers |
//! | `kooper.encoding` | list, watch | `protobuf` or `json`, as the server answered |
//! | `kubernetes.resource_version` | list, watch | as of which everything was read; from which the watch began |
//! | `kooper.objects.received`, `.changed`, `.deleted` | list, watch | int: those that came, those that are handled for it, those that are gone |
//! | `kooper.watch.bookmarks` | watch | int |
//! | `error`, `error.type`, and the span's status | list, watch, on failure | the cause: `lost`, `silent`, `expired`, `busy`, `forbidden`, … |
//! | `kooper.objects.known` | resync | int |
//!
//! # Levels
//!
//! | what | target | level |
//! |---|---|---|
//! | attempts: `processJob` and its children | the controller's module | INFO |
//! | calls of handlers to the API server | `kooper::client` | INFO |
//! | lists, watches, resync rounds | `kooper::retriever` | DEBUG |
//! | the one log line of an attempt, outside of its trace | the controller's module | DEBUG if good, WARN if failed, ERROR if given up |
//!
//! # Calls to the API server
//!
//! Each call that a handler makes by [`Context::client`](crate::Context::client) is a span of kind client, below the span in
//! which it is made; outside of every span there is none. Its target is `kooper::client`, its level INFO: a filter of
//! traces such as `KOOPER_TRACES=info,kooper::client=off` takes it out. It ends when the answer's head is there, which for a
//! watch is long before its end.
//!
//! | attribute | value |
//! |---|---|
//! | the span's name | verb and resource: `patch deployments/status` |
//! | `component` | `kooper` |
//! | `http.request.method`, `url.path` | as sent |
//! | `server.address`, `server.port`, `url.full` | of the API server; absent where the program made the client itself |
//! | `k8s.request.verb` | `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection` |
//! | `k8s.request.resource`, `.subresource`, `.namespace`, `.name` | `deployments.apps`, `status`, `ns`, `name`; absent where the path has none |
//! | `http.response.status_code` | int |
//! | `http.request.resend_count` | int: how often it was sent again, after 429, 503 or 504 |
//! | `error`, `error.type`, and the span's status | on an answer of 400 and above, and on a failure of the way (`transport`) |
//!
//! It carries `traceparent` and `tracestate` to the API server, never the baggage. What the API server does with it:
//! callers in the groups `system:masters` and `system:monitoring` have its spans in their trace, for all others its own
//! trace links to theirs (KEP-647). What your own calls to others carry is in [`propagation`](crate::propagation).
//!
//! # Cost
//!
//! With no subscriber, or with the controller's target off, an attempt makes no span, no log and no allocation.
//!
//! An attempt that is sampled out makes no span either, where telemetry was set up by [`init`](crate::telemetry::init): the sampler
//! is asked first. The handler then runs in a context of OpenTelemetry that is not sampled: spans below are left out too, and
//! `traceparent` in calls to others ends in `00`. Log lines keep the key. In a subscriber of your own, where other layers may want
//! the spans, all are made.

#[cfg(feature = "testing")]
mod alone;
mod annotation;
mod attempt;
pub mod coming_from_go;
mod duration;
pub mod guide;
mod logs;
pub(crate) mod names;
mod reading;
mod site;
mod spans;

#[cfg(feature = "testing")]
pub use alone::Traced;
pub(crate) use annotation::{ANNOTATION, Traceparent, Traceparents};
#[cfg(feature = "otel")]
pub(crate) use annotation::{covers, value};
pub(crate) use attempt::{Attempt, Failure, Identity, Place};
pub(crate) use logs::Link;
pub(crate) use reading::{Place as ReadingPlace, Reading, resync};
pub use site::Site;
pub use spans::Spans;
#[cfg(feature = "telemetry")]
pub(crate) use spans::is_line;
