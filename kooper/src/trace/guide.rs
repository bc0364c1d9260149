//! Tracing: what is in a trace, and how your own work gets into it.
//!
//! # One attempt, one trace
//!
//! Each time a worker takes an object's key from the queue, a trace begins, and it ends when it is settled what becomes of the
//! key. So a trace answers, for one attempt at one object: why it ran, how long it had waited, what was called, how it ended,
//! and what comes next.
//!
//! Kooper makes two spans. The root, `processJob`, is the whole attempt: decoding, your handler, the decision. Its child,
//! `handleAddObject` or `handleDeleteObject`, is your handler alone. The difference between the two is what Kooper itself took.
//! All that your code does stands below the child:
//!
//! ```text
//! default/web-2 · retried · attempt 2 of 6 · traced-pod-controller
//! ––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–> 226.18ms
//! [ processJob ✗ ···········································]
//! [ handleAddObject ✗ ······································] 225.68ms
//! [ AddFunc ················································] 225.39ms
//! [·] redis: getOrg 11.00ms
//!    [ github: getOrg ··] 75.73ms
//!                        [··] redis: getEc2List 16.16ms
//!                            [ aws: ensureAWSResources ✗ ···] 121.33ms
//! 0.05ms: event=baggage, key=kubernetes.object.key, value=default/web-2
//! 0.06ms: event=process_object, kubernetes.object.key=default/web-2
//! 226.17ms: event=error, message=randomly failed
//! 226.18ms: event=reenqueued, kubernetes.object.key=default/web-2, kubernetes.object.retries_consumed=2, kubernetes.object.retries_remaining=3
//! 226.18ms: success=false
//! ```
//!
//! That is one of `cargo run --example traced-controller -- --seed 7`, as [`telemetry`](crate::telemetry) draws it. Every
//! attribute and every log line is in the tables of [`trace`](super).
//!
//! A retry is an attempt, and so a trace of its own: a trace that went on through all retries would last for minutes, most of
//! them spent waiting. A retry's root links to the root before it, and says by `kubernetes.object.total_processed_times`
//! which attempt it is.
//!
//! # Your own spans
//!
//! A handler runs inside its span, so what you write with `tracing` stands below it, with nothing to pass on:
//!
//! ```
//! use k8s_openapi::api::core::v1::Pod;
//! use kooper::{Controller, controller, testing::{Cluster, Traces}};
//! use kube::{Api, api::PostParams};
//! use tracing::{Instrument, info_span, instrument};
//!
//! struct Billing;
//!
//! #[controller(resource = Pod)]
//! impl Billing {
//!     async fn add(&self, ctx: kooper::Context, pod: Pod) -> kooper::Result {
//!         look_up(pod.metadata.namespace.as_deref().unwrap_or_default()).await;
//!         // What is spawned leaves the span, unless it is told to stay.
//!         let count = async { 7 }.instrument(info_span!("countHours", otel.kind = "client"));
//!         tokio::spawn(count.instrument(ctx.span().clone())).await?;
//!         Ok(())
//!     }
//!
//!     async fn delete(&self, _key: kooper::ObjectKey) -> kooper::Result {
//!         Ok(())
//!     }
//! }
//!
//! #[instrument(name = "lookUp")]
//! async fn look_up(account: &str) {
//!     tracing::info!(found = true, "asked the ledger");
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> kooper::Result {
//!     let (cluster, traces) = (Cluster::new(), Traces::new());
//!     let _recording = traces.install();
//!     let controller = Controller::new(Billing).client(cluster.client());
//!     let pods: Api<Pod> = Api::default_namespaced(cluster.client());
//!     let pod = serde_json::from_value(serde_json::json!({
//!         "metadata": { "name": "web" }, "spec": { "containers": [{ "name": "web", "image": "nginx" }] }
//!     }))?;
//!     pods.create(&PostParams::default(), &pod).await?;
//!
//!     let traced = async { drop(traces.wait(|traces| !traces.of("default/web").attempts().is_empty()).await) };
//!     controller.run_until(traced).await?;
//!     let trace = traces.of("default/web").attempts()[0].clone();
//!     let look_up = trace.span("lookUp");
//!     assert_eq!(look_up.parent().expect("a parent").name(), "handleAddObject");
//!     assert_eq!(look_up.attr("account"), "default");
//!     assert!(look_up.logs()[0].contains("asked the ledger"));
//!     assert_eq!(trace.span("countHours").parent().expect("a parent").name(), "handleAddObject");
//!     Ok(())
//! }
//! ```
//!
//! * A log line (`tracing::info!`) inside a span is an event of that span, from INFO up.
//! * A span fails by `#[instrument(err)]`, or by recording `otel.status_code = "ERROR"`. An error that your handler returns marks
//!   Kooper's two spans.
//! * `otel.name`, `otel.kind` and `otel.service` are read and taken off: the name that is shown (the static one is for filters),
//!   the kind, and the service that the span belongs to (see [`Services`](crate::telemetry::Services)).
//! * A trace is complete, and leaves the process, when its last span has ended. A task that keeps `ctx.span()` for ever keeps
//!   its trace for ever.
//!
//! # The key goes along
//!
//! Baggage is data that travels with a trace, through every call to every service. Each piece costs at each hop, so Kooper adds
//! one: `kubernetes.object.key`. Far from your controller, in the logs of a service that knows nothing of Kubernetes, it says
//! for which object all this happens.
//!
//! [`Context::inject`](crate::Context::inject) puts trace and baggage into the headers of a call, in the form of the W3C and in
//! that of Jaeger's older clients; [`propagation`](crate::propagation) has a layer for `tower` clients, and the way in.
//!
//! # From object to object
//!
//! One controller writes an object, another one handles it: what leads from one to the other is the object. So the trace goes along in
//! it, in the annotation `kooper.dev/traceparent`, which holds the span in which the object was written. The second controller's
//! attempt links to that span (what it covers beside the newest state too), and in Jaeger one click leads from effect to cause.
//!
//! ```
//! # use k8s_openapi::api::core::v1::{ConfigMap, Pod};
//! # use kooper::{Context, controller};
//! # use kube::{Api, api::{Patch, PatchParams, PostParams}};
//! # struct Pods;
//! #[controller(resource = Pod, owns(ConfigMap))]
//! impl Pods {
//!     async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
//!         let maps: Api<ConfigMap> = Api::default_namespaced(ctx.client());
//!         let mut wanted = settings(&pod);
//!         let live = maps.get_opt("settings").await?;
//!         // The trace of this attempt, if the object changes by it; else that which stands there.
//!         ctx.annotate(&mut wanted, live.as_ref());
//!         maps.patch("settings", &PatchParams::apply("pods").force(), &Patch::Apply(&wanted)).await?;
//!         Ok(())
//!     }
//! }
//! # fn settings(_: &Pod) -> ConfigMap { ConfigMap::default() }
//! ```
//!
//! * An object that is created once gets it by [`Context::trace_annotation`](crate::Context::trace_annotation), a name and a value.
//! * **Never write a new value for its own sake.** Each attempt has another span: an annotation that is written at every attempt changes
//!   the object at every attempt, and where the controller owns or watches the object, each change is a reason for an attempt. That
//!   never ends, with every handler involved doing nothing wrong. [`Context::annotate`](crate::Context::annotate) keeps the value
//!   where nothing else changes. So does a handler that creates and never updates.
//! * Whoever applies the object by `kubectl` with a `traceparent` of a pipeline in it links the pipeline to what came of it.
//! * [`Controller::trace_parent`](crate::Controller::trace_parent) makes one trace of the chain instead of linked ones.
//! * [`Controller::trace_annotation`](crate::Controller::trace_annotation) sets another name, or none.
//!
//! # What the API server does for you
//!
//! Calls by [`Context::client`](crate::Context::client) are spans of kind client below the span in which you make them, and they
//! carry `traceparent` (never the baggage). kube-apiserver has traces of its own when it is started with
//! `--tracing-config-file`. It joins your trace if the caller is in the group `system:masters` or `system:monitoring`; for
//! everyone else, a controller with a service account of its own for instance, its spans stand in a trace of theirs that links
//! to yours (since Kubernetes 1.34, [KEP-647](https://github.com/kubernetes/enhancements/tree/master/keps/sig-instrumentation/647-apiserver-tracing)).
//! `tests/tests/apiserver_traces.rs` shows both in a real one.
//!
//! # Why an object waited
//!
//! `kooper.queue.wait_ms` is the time from when the key was ready to when a worker took it: it grows when there are too few
//! workers. Backoff is not in it: `kooper.backoff.start` and `kooper.backoff.planned_end` stand on the root of a retry, and what is
//! beyond the planned end is the wait. `kooper.trigger` says why it was ready, `kooper.queue.lane` in which line it stood: `list`
//! and `resync` make the `backlog`, which goes behind everything else. `kooper.queue.coalesced` is the number of changes that
//! this attempt covers beside the first.
//!
//! What happened before the queue is in the retriever's traces: one for each list and each watch, at DEBUG.
//!
//! # Which traces there are
//!
//! `KOOPER_TRACES` filters spans by target and level, whatever `RUST_LOG` says of log lines; `OTEL_TRACES_SAMPLER` samples whole
//! traces, before anything of them is made. With no subscriber, or where the filter leaves a controller out, an attempt makes no span at all. The
//! [levels](super#levels) are in one table.
