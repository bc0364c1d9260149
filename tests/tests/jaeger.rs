//! Traces in a real Jaeger: nothing is lost and nothing invented on the way, by UDP, by HTTP and by OTLP, and what is there is what
//! Kooper's own traced-controller sent.

use kooper::telemetry::{self, Otlp, Telemetry};
use kooper_tests::{
    Jaeger, JaegerSpan, RECORDED, Recorded, Wire, arrived, expected, jaeger_spans, replay, testbed,
};
use opentelemetry::{
    Array, Context, Key, KeyValue, Value,
    trace::{
        Link, Span as _, SpanContext, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceState,
        Tracer as _,
    },
};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tracing_subscriber::layer::SubscriberExt as _;

/// What was recorded of Kooper v0.8's traced-controller.
fn recording(folder: &Path) -> Vec<Recorded> {
    let file =
        std::fs::read(folder.join("kooper-v0.8-traces.json")).expect("the recording is in the testbed");
    let file: serde_json::Value = serde_json::from_slice(&file).expect("JSON");
    let mut recorded = Recorded::all(jaeger_spans(&file["data"]));
    assert_eq!(recorded.len(), 70);
    // Kooper took the deletion of an object that it was trying again for the next attempt, and handled it a second time.
    // Here it is the first attempt of a deletion, and the only one.
    let cut_short = |at: usize| {
        let next = recorded[at + 1..].iter().find(|trace| trace.key() == recorded[at].key());
        let twice = |trace: &Recorded| {
            trace.is_delete() && trace.root().tag("kubernetes.object.total_processed_times") != "1"
        };
        twice(&recorded[at]) || next.is_some_and(twice)
    };
    let kept: Vec<_> = (0..recorded.len()).map(|at| !cut_short(at)).collect();
    let mut kept = kept.into_iter();
    recorded.retain(|_| kept.next().unwrap_or_default());
    assert_eq!(recorded.len(), 68);
    recorded
}

/// The spans that ended, with their services, as the SDK has them.
#[derive(Debug, Clone, Default)]
struct Truth {
    service: String,
    spans: Arc<Mutex<Vec<(String, SpanData)>>>,
}

impl SpanProcessor for Truth {
    fn on_start(&self, _span: &mut Span, _parent: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner).push((self.service.clone(), span));
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.service = resource.get(&Key::new("service.name")).expect("a name").to_string();
    }
}

/// Spans of everything that a span can hold.
fn everything(telemetry: &Telemetry) {
    let tracer = telemetry.services();
    let far = SpanContext::new(u128::MAX.into(), 8.into(), TraceFlags::SAMPLED, true, TraceState::default());
    let kinds =
        [SpanKind::Internal, SpanKind::Server, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer];
    let mut above = Context::new();
    for (number, kind) in (0..).zip(kinds) {
        let attributes = vec![
            KeyValue::new("number", number),
            KeyValue::new("least", i64::MIN),
            KeyValue::new("most", i64::MAX),
            KeyValue::new("half", 0.5),
            KeyValue::new("two", 2.0),
            KeyValue::new("true", true),
            KeyValue::new("empty", ""),
            KeyValue::new("text", "kube-été 日本語 ☃ \"quoted\" \n<&>"),
            KeyValue::new("long", "x".repeat(8_000)),
            KeyValue::new("numbers", Value::Array(vec![1_i64, 2].into())),
            KeyValue::new("truths", Value::Array(vec![true, false].into())),
            KeyValue::new("halves", Value::Array(vec![0.5, 1.5].into())),
            KeyValue::new("texts", Value::Array(Array::String(vec!["a".into(), "b\"c".into()]))),
        ];
        let links = vec![Link::new(far.clone(), Vec::new(), 0)];
        let builder = tracer.span_builder(format!("everything {number}"));
        let builder = builder.with_kind(kind).with_attributes(attributes).with_links(links);
        let mut span = tracer.build_with_context(builder, &above);
        span.add_event("add", vec![KeyValue::new("n", 1), KeyValue::new("truth", false)]);
        span.add_event("", vec![KeyValue::new("success", true)]);
        span.add_event("bare", Vec::new());
        span.set_status(match number {
            0 => Status::Ok,
            1 => Status::error("why not"),
            2 => Status::error(""),
            _ => Status::Unset,
        });
        above = above.with_span(span);
    }
    for number in 0..2_000 {
        let named = KeyValue::new("otel.service", ["redis", "github", "aws"][number % 3]);
        let builder =
            tracer.span_builder("many").with_attributes([named, KeyValue::new("n", "y".repeat(200))]);
        drop(tracer.build_with_context(builder, &above));
        // The queue holds as many; it is not what is tested here.
        if number % 500 == 0 {
            telemetry.provider().force_flush().expect("flushed");
        }
    }
}

/// Replays the recording under this telemetry.
fn replayed(recorded: &[Recorded], telemetry: &Telemetry) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let subscriber = tracing_subscriber::registry().with(telemetry.layer());
    let _set = tracing::subscriber::set_default(subscriber);
    runtime.block_on(replay(recorded));
}

#[test]
fn the_same_traces_arrive_by_agent_by_collector_and_by_otlp_and_differ_by_what_thrift_cannot_carry() {
    let Some(folder) = testbed("the same traces in four real Jaegers") else { return };
    let jaegers = [(); 4].map(|()| Jaeger::start(&folder, env!("CARGO_TARGET_TMPDIR")));
    let [udp, collector, http, grpc] = &jaegers;
    let truth = Truth::default();
    let recorder = truth.clone();
    let telemetry = telemetry::builder(RECORDED)
        .jaeger(telemetry::Jaeger::new().agent(udp.agent()))
        .jaeger(telemetry::Jaeger::new().collector(collector.collector()))
        .otlp(Otlp::http().endpoint(http.otlp_http()))
        .otlp(Otlp::grpc().endpoint(grpc.otlp_grpc()))
        .processor(move || recorder.clone())
        .build()
        .expect("good settings");
    replayed(&recording(&folder), &telemetry);
    everything(&telemetry);
    drop(telemetry);

    let truth = truth.spans.lock().expect("no panic");
    assert!(truth.len() > 2_500, "{}", truth.len());
    assert!(truth.iter().any(|(_, span)| !span.links.is_empty() && span.name == "processJob"), "no retry");
    for (jaeger, way) in
        [(udp, Wire::Thrift), (collector, Wire::Thrift), (http, Wire::Otlp), (grpc, Wire::Otlp)]
    {
        let arrived = arrived(jaeger, &[RECORDED, "redis", "github", "aws"], truth.len());
        for span in truth.iter() {
            let expected = expected(&span.0, &span.1, way);
            let arrived = arrived.get(&expected.ids[1]).expect("no span is lost");
            assert_eq!(arrived, &expected);
        }
        assert_eq!(arrived.len(), truth.len(), "a span that nobody made");
    }
}

/// Tags that Kooper's first version did not have.
const MORE: [&str; 15] = [
    "code.file.path",
    "code.line.number",
    "code.module.name",
    "error.type",
    "kooper.backoff.planned_end",
    "kooper.backoff.start",
    "kooper.outcome",
    "kooper.queue.coalesced",
    "kooper.queue.lane",
    "kooper.queue.wait_ms",
    "kooper.trigger",
    "kubernetes.object.kind",
    "kubernetes.object.resource_version",
    "kubernetes.object.uid",
    "otel.status_description",
];

/// Tags of `jaeger-client-go` about its sampler; they are there where `JAEGER_SAMPLER_TYPE` sets one.
const SAMPLER: [&str; 2] = ["sampler.param", "sampler.type"];

#[test]
fn a_trace_is_that_of_koopers_own_traced_controller_span_by_span_tag_by_tag_and_log_by_log() {
    let Some(folder) = testbed("traces as Kooper v0.8 sent them") else { return };
    let jaeger = Jaeger::start(&folder, env!("CARGO_TARGET_TMPDIR"));
    let recorded = recording(&folder);
    let telemetry = telemetry::builder(RECORDED)
        .jaeger(telemetry::Jaeger::new().agent(jaeger.agent()))
        .build()
        .expect("good settings");
    replayed(&recorded, &telemetry);
    drop(telemetry);
    let spans = recorded.iter().map(|trace| trace.spans.len()).sum();
    let ours = Recorded::all(arrived(&jaeger, &[RECORDED], spans).into_values().collect());
    assert_eq!(ours.len(), recorded.len());

    // Each object's attempts in their order; objects are handled in any.
    let mut ours_of = BTreeMap::<_, Vec<&Recorded>>::new();
    for trace in ours.iter().rev() {
        ours_of.entry(trace.key()).or_default().push(trace);
    }
    for theirs in &recorded {
        let ours = ours_of.get_mut(theirs.key()).and_then(Vec::pop).expect("as many attempts");
        compare(theirs, theirs.root(), ours, ours.root());
        let retry = theirs.root().tag("kubernetes.object.processing_retry") == "true";
        assert_eq!(ours.root().links.len(), usize::from(retry), "each retry links to the attempt before it");
    }
}

/// Compares a span and all below it.
fn compare(their_trace: &Recorded, theirs: &JaegerSpan, our_trace: &Recorded, ours: &JaegerSpan) {
    assert_eq!((&ours.name, &ours.service), (&theirs.name, &theirs.service));
    let what = format!("{} of {}", theirs.name, their_trace.key());
    for (name, value) in theirs.tags.iter().filter(|(name, _)| !SAMPLER.contains(&name.as_str())) {
        assert_eq!(ours.tags.get(name), Some(value), "{name} on {what}");
    }
    for name in ours.tags.keys().filter(|name| !theirs.tags.contains_key(*name)) {
        assert!(MORE.contains(&name.as_str()), "{name} on {what} is new");
    }
    let logs = |span: &JaegerSpan| {
        let mut logs: Vec<_> = span.logs.iter().map(|(_, fields)| fields.clone()).collect();
        logs.sort();
        logs
    };
    assert_eq!(logs(ours), logs(theirs), "the logs of {what}");
    let below = |trace: &Recorded, span: &JaegerSpan| trace.below(span).cloned().collect::<Vec<_>>();
    let (ours, theirs) = (below(our_trace, ours), below(their_trace, theirs));
    assert_eq!(ours.len(), theirs.len(), "spans below {what}");
    for (ours, theirs) in ours.iter().zip(&theirs) {
        compare(their_trace, theirs, our_trace, ours);
    }
}
