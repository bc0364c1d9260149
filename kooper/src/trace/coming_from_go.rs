//! Coming from Kooper's OpenTracing: what stays, what is written another way, and what is new.
//!
//! Kooper for Go traced by OpenTracing up to its version 0.8; 2.0 took tracing out. Names and values are kept, so that searches,
//! dashboards and habits carry over.
//!
//! # What stays
//!
//! * The spans: `processJob`, and below it `handleAddObject` or `handleDeleteObject`, of kind consumer.
//! * Their tags: `kubernetes.object.key`, `.namespace`, `.name`, `.total_processed_times`, `.processing_retry`, `component=kooper`,
//!   `kooper.controller`, `controller.cfg.*`, `error`.
//! * The logs of both, with their fields and their order.
//! * The one piece of baggage, `kubernetes.object.key`.
//! * Jaeger: the agent's UDP port takes the spans as before, and so does the collector (feature `jaeger`), set by the variables of
//!   `jaeger-client-go`.
//!
//! # What is written another way
//!
//! | Go | Rust |
//! |---|---|
//! | a tracer, made and given to the controller | `let _telemetry = kooper::telemetry::init("service")?;` in `main` |
//! | `opentracing.SpanFromContext(ctx)` | nothing: a handler runs inside its span; [`ctx.span()`](crate::Context::span) to hand on |
//! | `tracer.StartSpan("f", opentracing.ChildOf(parent.Context()))`, `defer span.Finish()` | `#[tracing::instrument(name = "f")]` on the function, or `info_span!("f")` |
//! | `span.SetTag("org", org)` | `span.record("org", org)`, for a field that the span was made with |
//! | `span.LogKV("event", "found", "n", 3)` | `tracing::info!(n = 3, "found")` |
//! | `ext.Error.Set(span, true)` | `#[instrument(err)]`, or `span.record("otel.status_code", "ERROR")` |
//! | `span.BaggageItem("kubernetes.object.key")` | [`ctx.baggage()`](crate::Context::baggage), or `opentelemetry::Context::current().baggage()` |
//! | `tracer.Inject(ctx, opentracing.HTTPHeaders, carrier)` | [`ctx.inject(headers)`](crate::Context::inject) |
//! | a tracer of its own for each faked service | the field `otel.service` of a span: [`Services`](crate::telemetry::Services) |
//!
//! A handler with spans of its own, side by side:
//!
//! ```text
//! AddFunc: func(ctx context.Context, obj runtime.Object) error {
//!     pSpan := opentracing.SpanFromContext(ctx)
//!     span := tracer.StartSpan("AddFunc", opentracing.ChildOf(pSpan.Context()))
//!     defer span.Finish()
//!     return store(span, obj)
//! }
//! ```
//!
//! ```
//! # use k8s_openapi::api::core::v1::Pod;
//! # use kooper::{ObjectKey, controller};
//! # struct Pods;
//! #[controller(resource = Pod)]
//! impl Pods {
//!     async fn add(&self, pod: Pod) -> kooper::Result {
//!         store(&pod).await
//!     }
//! #   async fn delete(&self, _key: ObjectKey) -> kooper::Result { Ok(()) }
//! }
//!
//! #[tracing::instrument(name = "AddFunc", skip_all, err)]
//! async fn store(pod: &Pod) -> kooper::Result {
//!     // …
//! #   let _ = pod;
//!     Ok(())
//! }
//! ```
//!
//! # What differs in a trace
//!
//! * A permanent error, a requeue, a timeout, a panic and an object that cannot be decoded leave traces of their own kind; Go's
//!   Kooper knew none of them.
//! * `error` is the tag as before, and the span has OpenTelemetry's status with the message as well.
//! * Retries end: success and giving up both reset the count, which in Go went on for ever.
//! * A deletion that happened while a watch was away is a `handleDeleteObject` all the same.
//! * Jaeger 2 shows the last log line of a root as `success=true`; Jaeger 1 shows an empty `event` beside it.
//!
//! # What is new
//!
//! The object's kind, uid and resource version; why it ran and how long it had waited; how it ended; a link from a retry to the
//! attempt before it; where the handler stands in your source; spans for calls to the API server, and for what the
//! retriever does. All of it is in the tables of [`trace`](super).
//!
//! # Variables
//!
//! Those of `jaeger-client-go` that are understood are in the table of the telemetry module's `Jaeger`: the agent's, those of its
//! collector (`JAEGER_ENDPOINT`, at port 14268), the sampler's, `JAEGER_SERVICE_NAME` and `JAEGER_TAGS`.
