//! Sampling before a span is made: an attempt that is sampled out costs little more than one without tracing.
//!
//! The bridge from `tracing` makes all of a span before its sampler is asked, so a share of 1 % would save a tenth of the cost.
//! So Kooper asks first. What it is told is kept in the context that the root begins with, where [`Once`] finds it: nobody is
//! asked twice.
//!
//! An attempt that is sampled out has no spans. Its handler runs in a context of OpenTelemetry that says so, and has the baggage;
//! what is made below is left out as well, and calls to others say `00`.

use super::log::Subject;
use opentelemetry::{
    Context, KeyValue, SpanId, TraceFlags, TraceId,
    trace::{Link, SpanContext, SpanKind, TraceContextExt, TraceState},
};
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, SamplingDecision, SamplingResult, ShouldSample,
};
use tracing::Subscriber;
use tracing_subscriber::Layer;

/// Stands in the program's subscriber for the runtime to find. As a layer it does nothing.
#[derive(Debug, Clone)]
pub(crate) struct Sampling {
    sampler: Box<dyn ShouldSample>,
    /// Whether it takes every root that stands below nothing: then there is nothing to ask.
    takes_roots: bool,
}

impl<S: Subscriber> Layer<S> for Sampling {}

impl Sampling {
    /// `takes_roots` if the sampler is known to take every root that stands below nothing.
    pub(super) fn new(sampler: Box<dyn ShouldSample>, takes_roots: bool) -> Self {
        Self { sampler, takes_roots }
    }

    /// The context in which an attempt's root begins, if the current subscriber asks before; else what it was.
    ///
    /// # Errors
    ///
    /// The context in which the handler runs, where the attempt is sampled out.
    pub(crate) fn ask(
        root: &str,
        context: Context,
        subject: impl Fn() -> Subject,
    ) -> Result<Context, Context> {
        let decided = tracing::dispatcher::get_default(|dispatch| match dispatch.downcast_ref::<Self>() {
            Some(sampling) if !sampling.takes_roots || context.has_active_span() => {
                Some(sampling.decide(root, &context, &subject))
            }
            _ => None,
        });
        decided.unwrap_or(Ok(context))
    }

    fn decide(
        &self,
        root: &str,
        context: &Context,
        subject: impl Fn() -> Subject,
    ) -> Result<Context, Context> {
        let ids = RandomIdGenerator::default();
        // That of another program's span, where the attempt is to stand below it.
        let above = context.span().span_context().clone();
        let trace = if above.is_valid() { above.trace_id() } else { ids.new_trace_id() };
        let result = self.sampler.should_sample(Some(context), trace, root, &SpanKind::Consumer, &[], &[]);
        if result.decision != SamplingDecision::Drop {
            return Ok(context.with_value(Decided { result, above: above.span_id() }));
        }
        let place =
            SpanContext::new(trace, ids.new_span_id(), TraceFlags::default(), false, TraceState::default());
        Err(context.with_value(SampledOut).with_value(subject()).with_remote_span_context(place))
    }
}

/// What the sampler has said of the root that is made next.
#[derive(Debug, Clone)]
struct Decided {
    result: SamplingResult,
    /// What the root stands below: for others the sampler is asked as ever.
    above: SpanId,
}

/// Nothing below is to be recorded.
#[derive(Debug, Clone, Copy)]
struct SampledOut;

/// A sampler that is not asked again about what it has decided.
#[derive(Debug, Clone)]
pub(super) struct Once(pub(super) Box<dyn ShouldSample>);

impl ShouldSample for Once {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        if let Some(parent) = parent {
            if parent.get::<SampledOut>().is_some() {
                let trace_state = parent.span().span_context().trace_state().clone();
                return SamplingResult {
                    decision: SamplingDecision::Drop,
                    attributes: Vec::new(),
                    trace_state,
                };
            }
            // The root's own; below it the context has another span.
            let above = parent.span().span_context().span_id();
            if let Some(decided) = parent.get::<Decided>().filter(|decided| decided.above == above) {
                return decided.result.clone();
            }
        }
        self.0.should_sample(parent, trace, name, kind, attributes, links)
    }
}
