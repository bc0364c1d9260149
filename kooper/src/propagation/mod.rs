//! Trace context and baggage in the headers of HTTP requests: out to whom a handler calls, and in from whom calls you.
//!
//! [`Context::inject`](crate::Context::inject) writes them for one call of a handler, with any HTTP client whose headers
//! are those of the crate `http`; [`Propagate`] is a layer that does so for every request of a `tower` client.
//!
//! | header | what | written | read |
//! |---|---|---|---|
//! | `traceparent`, `tracestate` | the trace ([W3C Trace Context](https://www.w3.org/TR/trace-context/)) | yes | yes |
//! | `baggage` | the baggage ([W3C Baggage](https://www.w3.org/TR/baggage/)) | yes | yes |
//! | `uber-trace-id` | the trace, [as Jaeger's clients wrote it](https://www.jaegertracing.io/docs/1.76/client-libraries/#propagation-format) | yes | where there is no `traceparent` |
//! | `uberctx-…` | the baggage, as Jaeger's clients wrote it | yes | where `baggage` has no such key |
//!
//! A sampled-out trace is told as such (`traceparent` ends in `00`), so that those who are called leave it out too.
//!
//! The calls that a handler makes by [`Context::client`](crate::Context::client) carry `traceparent` and `tracestate`
//! to the API server, and never the baggage, which is nobody's business there.
//!
//! ```
//! use http::HeaderMap;
//! use kooper::propagation;
//! use opentelemetry::{baggage::BaggageExt, trace::TraceContextExt};
//!
//! // What another service sends to a web server of yours:
//! let mut headers = HeaderMap::new();
//! headers.insert("uber-trace-id", "c5ec5a3b9b4ff8c1d7a0c6a7f2a5ad2c:827e1f4d2a3b4c5d:0:1".parse()?);
//! headers.insert("uberctx-kubernetes.object.key", "kube-system/kube-dns".parse()?);
//!
//! let caller = propagation::extract(&headers);
//! assert!(caller.span().span_context().is_remote());
//! let key = caller.baggage().get("kubernetes.object.key").map(|key| key.to_string());
//! assert_eq!(key.as_deref(), Some("kube-system/kube-dns"));
//! // A span of yours below it: `span.set_parent(caller)` of `tracing_opentelemetry::OpenTelemetrySpanExt`.
//! # Ok::<(), http::header::InvalidHeaderValue>(())
//! ```

mod headers;
mod jaeger;
mod layer;

pub(crate) use layer::current;
pub use layer::{Propagate, Propagated};

use headers::{Read, Write};
use http::HeaderMap;
use jaeger::JaegerPropagator;
use opentelemetry::{
    Context,
    baggage::{Baggage, BaggageExt, KeyValueMetadata},
    propagation::{Extractor, Injector, TextMapPropagator, text_map_propagator::FieldIter},
    trace::TraceContextExt,
};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use std::sync::LazyLock;

/// Writes the trace and the baggage of `context` into `headers`, replacing what stands there.
///
/// Where `context` has no valid span, only the baggage is written; where it has no baggage either, nothing.
pub fn inject(context: &Context, headers: &mut HeaderMap) {
    Propagator::new().inject_context(context, &mut Write(headers));
}

/// The trace and the baggage that `headers` tell of, as a remote parent.
///
/// What cannot be read is left out: headers of strangers are no reason to fail. Nothing of the caller's own current
/// context is in it.
pub fn extract(headers: &HeaderMap) -> Context {
    Propagator::new().extract_with_context(&Context::new(), &Read(headers))
}

/// Writes only where in which trace a request stands: what the API server is told.
pub(crate) fn inject_trace(context: &Context, headers: &mut HeaderMap) {
    if context.span().span_context().is_valid() {
        TraceContextPropagator::new().inject_context(context, &mut Write(headers));
    }
}

/// All of the headers above, for whoever takes a propagator of OpenTelemetry.
///
/// ```
/// opentelemetry::global::set_text_map_propagator(kooper::propagation::Propagator::new());
/// ```
#[derive(Debug, Default)]
pub struct Propagator {
    trace: TraceContextPropagator,
    baggage: BaggagePropagator,
    jaeger: JaegerPropagator,
}

impl Propagator {
    /// A propagator of both forms.
    pub fn new() -> Self {
        Self::default()
    }
}

impl TextMapPropagator for Propagator {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        if context.span().span_context().is_valid() {
            self.trace.inject_context(context, injector);
        }
        if !context.baggage().is_empty() {
            self.baggage.inject_context(context, injector);
        }
        self.jaeger.inject_context(context, injector);
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let told = self.baggage.extract_with_context(&Context::new(), extractor);
        let told = told.baggage().iter().map(|(key, value)| (key.clone(), value.clone()));
        // What is read last wins: Jaeger's form fills in what the W3C's doesn't say.
        let baggage: Baggage = jaeger::baggage(extractor).chain(told).collect();
        let mut context = context.clone();
        if !baggage.is_empty() {
            context =
                context.with_baggage(baggage.iter().map(|(key, (value, more))| {
                    KeyValueMetadata::new(key.clone(), value.clone(), more.clone())
                }));
        }
        let context = self.jaeger.extract_with_context(&context, extractor);
        self.trace.extract_with_context(&context, extractor)
    }

    fn fields(&self) -> FieldIter<'_> {
        static FIELDS: LazyLock<Vec<String>> = LazyLock::new(|| {
            ["traceparent", "tracestate", "baggage", jaeger::TRACE].map(str::to_owned).into()
        });
        FieldIter::new(&FIELDS)
    }
}
