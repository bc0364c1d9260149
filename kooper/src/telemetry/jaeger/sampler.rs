//! Samplers as `jaeger-client-go` has them.

use opentelemetry::{
    Context, KeyValue, TraceId, Value,
    trace::{Link, SpanContext, SpanKind, TraceContextExt as _, TraceState},
};
use opentelemetry_sdk::trace::{Sampler as Sdk, SamplingDecision, SamplingResult, ShouldSample};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

/// Decides on roots, and tells on them how; below a root it is as the root was.
#[derive(Debug, Clone)]
pub(in crate::telemetry) struct Sampler {
    kind: Kind,
    tags: [KeyValue; 2],
}

#[derive(Debug, Clone)]
enum Kind {
    Constant(bool),
    Probabilistic(Sdk),
    /// All services share the bucket.
    RateLimiting(Arc<Mutex<Bucket>>),
}

/// Traces that may be recorded: as many a second as it is filled with, up to those of one second, and at least one.
#[derive(Debug)]
struct Bucket {
    rate: f64,
    filled: f64,
    at: Instant,
}

impl Sampler {
    pub(super) fn constant(on: bool) -> Self {
        Self::new(Kind::Constant(on), "const", on)
    }

    pub(super) fn probabilistic(share: f64) -> Self {
        Self::new(Kind::Probabilistic(Sdk::TraceIdRatioBased(share)), "probabilistic", share)
    }

    pub(super) fn rate_limiting(rate: f64) -> Self {
        let bucket = Bucket { rate, filled: rate.max(1.0), at: Instant::now() };
        Self::new(Kind::RateLimiting(Arc::new(Mutex::new(bucket))), "ratelimiting", rate)
    }

    fn new(kind: Kind, name: &'static str, param: impl Into<Value>) -> Self {
        Self { kind, tags: [KeyValue::new("sampler.type", name), KeyValue::new("sampler.param", param)] }
    }
}

impl Bucket {
    fn take(&mut self, now: Instant) -> bool {
        let came = now.saturating_duration_since(self.at).as_secs_f64() * self.rate;
        self.filled = (self.filled + came).min(self.rate.max(1.0));
        self.at = now;
        let enough = self.filled >= 1.0;
        if enough {
            self.filled -= 1.0;
        }
        enough
    }
}

impl ShouldSample for Sampler {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let above = parent.map(|parent| parent.span().span_context().clone()).filter(SpanContext::is_valid);
        let (sampled, tags) = match (&above, &self.kind) {
            (Some(above), _) => (above.is_sampled(), Vec::new()),
            (None, Kind::Constant(on)) => (*on, self.tags.to_vec()),
            (None, Kind::Probabilistic(sdk)) => {
                let result = sdk.should_sample(parent, trace_id, name, kind, attributes, links);
                (result.decision == SamplingDecision::RecordAndSample, self.tags.to_vec())
            }
            (None, Kind::RateLimiting(bucket)) => {
                let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
                (bucket.take(Instant::now()), self.tags.to_vec())
            }
        };
        SamplingResult {
            decision: if sampled { SamplingDecision::RecordAndSample } else { SamplingDecision::Drop },
            attributes: tags,
            trace_state: above.map_or(TraceState::NONE, |above| above.trace_state().clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::{SpanId, trace::TraceFlags};
    use std::time::Duration;

    fn decide(sampler: &Sampler, parent: &Context) -> SamplingResult {
        sampler.should_sample(Some(parent), TraceId::from(7), "processJob", &SpanKind::Consumer, &[], &[])
    }

    #[test]
    fn a_root_says_how_it_was_sampled() {
        let result = decide(&Sampler::constant(true), &Context::new());
        assert_eq!(result.decision, SamplingDecision::RecordAndSample);
        let tags = [KeyValue::new("sampler.type", "const"), KeyValue::new("sampler.param", true)];
        assert_eq!(result.attributes, tags);
        let off = decide(&Sampler::constant(false), &Context::new());
        assert_eq!(off.decision, SamplingDecision::Drop);
    }

    #[test]
    fn below_a_root_it_is_as_the_root_was() {
        let below = |flags| {
            let root = SpanContext::new(TraceId::from(7), SpanId::from(8), flags, true, TraceState::NONE);
            decide(
                &Sampler::constant(flags != TraceFlags::SAMPLED),
                &Context::new().with_remote_span_context(root),
            )
        };
        assert_eq!(below(TraceFlags::SAMPLED).decision, SamplingDecision::RecordAndSample);
        assert_eq!(below(TraceFlags::default()).decision, SamplingDecision::Drop);
        assert!(below(TraceFlags::SAMPLED).attributes.is_empty());
    }

    #[test]
    fn a_rate_is_a_bucket_that_holds_one_second() {
        let start = Instant::now();
        let mut bucket = Bucket { rate: 2.0, filled: 2.0, at: start };
        let taken = |bucket: &mut Bucket, now| (0..5).filter(|_| bucket.take(now)).count();
        assert_eq!(taken(&mut bucket, start), 2);
        assert_eq!(taken(&mut bucket, start + Duration::from_millis(500)), 1);
        assert_eq!(taken(&mut bucket, start + Duration::from_mins(1)), 2);
    }
}
