//! The spans of an attempt as a user would write them who wants what Kooper makes: as lean as `tracing-opentelemetry` allows.

use opentelemetry::{
    Context, KeyValue,
    baggage::BaggageExt as _,
    trace::{SpanContext, TraceContextExt as _},
};
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};
use tracing::{Instrument as _, Span, field::Empty, info_span, instrument, record_all};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// What is handled, and what all attempts have in common.
pub(crate) struct Hand {
    pub(crate) key: Arc<str>,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) resource_version: String,
    pub(crate) controller: String,
    pub(crate) resync: String,
    /// Of the attempt before, if that failed.
    pub(crate) before: Option<Before>,
}

/// What the next attempt tells of one that failed.
pub(crate) struct Before {
    root: SpanContext,
    ended: SystemTime,
    again: SystemTime,
}

/// How long a failed attempt is let alone.
const BACKOFF: Duration = Duration::from_secs(1);

fn time(time: SystemTime) -> Option<String> {
    Some(format!("{:.3}", jiff::Timestamp::try_from(time).ok()?))
}

impl Hand {
    pub(crate) async fn one(&mut self, work: impl Future<Output = ()>, failure: Option<&str>) {
        let before = self.before.take();
        let root = info_span!(
            parent: None,
            "processJob",
            otel.kind = "consumer",
            component = "kooper",
            kooper.controller = self.controller,
            controller.cfg.name = self.controller,
            controller.cfg.resync_interval = self.resync,
            controller.cfg.max_retries = 3_i64,
            controller.cfg.concurrent_workers = 3_i64,
            kubernetes.object.key = &*self.key,
            kubernetes.object.namespace = self.namespace,
            kubernetes.object.name = self.name,
            kubernetes.object.total_processed_times = 1 + i64::from(failure.is_some()),
            kubernetes.object.processing_retry = failure.is_some(),
            kubernetes.object.kind = "Pod",
            kubernetes.object.uid = self.uid,
            kubernetes.object.resource_version = self.resource_version,
            kooper.trigger = "watch",
            kooper.queue.wait_ms = 7_i64,
            kooper.queue.coalesced = 0_i64,
            kooper.queue.lane = "live",
            kooper.backoff.start = before.as_ref().and_then(|before| time(before.ended)),
            kooper.backoff.planned_end = before.as_ref().and_then(|before| time(before.again)),
            otel.status_code = Empty,
            otel.status_description = Empty,
            error = Empty,
            error.type = Empty,
            kooper.outcome = Empty,
        );
        if let Some(before) = before {
            root.add_link(before.root);
        }
        let key = || KeyValue::new("kubernetes.object.key", self.key.clone());
        let _ = root.set_parent(Context::new().with_baggage([key()]));
        let baggage =
            [KeyValue::new("key", "kubernetes.object.key"), KeyValue::new("value", self.key.clone())];
        root.add_event("baggage", baggage.into());
        root.add_event("process_object", vec![key()]);
        let result = self.add(work, failure).instrument(root.clone()).await;
        root.in_scope(|| {
            if let Err(error) = result {
                record_all!(
                    root,
                    otel.status_code = "ERROR",
                    otel.status_description = error,
                    error = true,
                    error.type = "handler",
                    kooper.outcome = "retried"
                );
                root.add_event("error", vec![KeyValue::new("message", error.to_owned())]);
                let consumed = KeyValue::new("kubernetes.object.retries_consumed", 2_i64);
                let remaining = KeyValue::new("kubernetes.object.retries_remaining", 1_i64);
                root.add_event("reenqueued", vec![key(), consumed, remaining]);
            } else {
                root.record("kooper.outcome", "done");
                root.add_event("forget", vec![key(), KeyValue::new("message", "object processed correctly")]);
            }
            root.add_event("", vec![KeyValue::new("success", result.is_ok())]);
        });
        if result.is_err() {
            let (root, ended) = (root.context().span().span_context().clone(), SystemTime::now());
            self.before = Some(Before { root, ended, again: ended + BACKOFF });
        }
    }

    #[instrument(
        name = "handleAddObject",
        skip_all,
        fields(
            otel.kind = "consumer",
            component = "kooper",
            kooper.controller = self.controller,
            controller.cfg.name = self.controller,
            controller.cfg.resync_interval = self.resync,
            controller.cfg.max_retries = 3_i64,
            controller.cfg.concurrent_workers = 3_i64,
            kubernetes.object.key = &*self.key,
            otel.status_code = Empty,
            otel.status_description = Empty,
            error = Empty,
        )
    )]
    async fn add<'a>(&self, work: impl Future<Output = ()>, failure: Option<&'a str>) -> Result<(), &'a str> {
        let span = Span::current();
        span.add_event("add", vec![KeyValue::new("kubernetes.object.key", self.key.clone())]);
        work.await;
        let Some(error) = failure else { return Ok(()) };
        record_all!(span, otel.status_code = "ERROR", otel.status_description = error, error = true);
        span.add_event("error", vec![KeyValue::new("message", error.to_owned())]);
        Err(error)
    }
}
