//! Attempts that are sampled out. A test of its own program: it sets up telemetry for all of it.

use http::HeaderMap;
use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Context, controller,
    telemetry::{self, LogFormat},
    testing::Cluster,
};
use opentelemetry::{
    KeyValue, TraceId,
    trace::{Link, SpanKind, TraceContextExt, TraceState},
};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample, SpanData, SpanProcessor};
use std::{
    collections::HashMap,
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tracing::instrument;

/// Every other one is sampled out: a thousand.
const PODS: usize = 2_000;

/// Takes every other root, and all below it.
#[derive(Debug, Clone, Default)]
struct EveryOther(Arc<AtomicUsize>);

impl ShouldSample for EveryOther {
    fn should_sample(
        &self,
        parent: Option<&opentelemetry::Context>,
        _: TraceId,
        name: &str,
        _: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let parent = parent.filter(|parent| parent.has_active_span());
        let sampled = if let Some(parent) = parent {
            parent.span().span_context().is_sampled()
        } else {
            assert_eq!(name, "processJob", "a span below an attempt that is sampled out is no root");
            self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(2)
        };
        let decision = if sampled { SamplingDecision::RecordAndSample } else { SamplingDecision::Drop };
        SamplingResult { decision, attributes: Vec::new(), trace_state: TraceState::default() }
    }
}

/// Keeps what ends.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanProcessor for Kept {
    fn on_start(&self, _: &mut opentelemetry_sdk::trace::Span, _: &opentelemetry::Context) {}

    fn on_end(&self, span: SpanData) {
        self.0.lock().expect("no panic").push(span);
    }

    fn force_flush(&self) -> opentelemetry_sdk::error::OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> opentelemetry_sdk::error::OTelSdkResult {
        Ok(())
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Makes spans, and keeps what it would tell others, by the pod's name.
#[derive(Clone, Default)]
struct Spanner(Arc<Mutex<HashMap<String, HeaderMap>>>);

#[controller(resource = Pod, name = "spanner", workers = 4, resync = "never")]
impl Spanner {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        let mut headers = HeaderMap::new();
        outer(&ctx, &mut headers).await;
        self.0.lock().expect("no panic").insert(ctx.key().name().to_owned(), headers);
        Ok(())
    }
}

#[instrument(skip_all)]
async fn outer(ctx: &Context, headers: &mut HeaderMap) {
    tokio::task::yield_now().await;
    inner(ctx, headers).await;
}

#[instrument(skip_all)]
async fn inner(ctx: &Context, headers: &mut HeaderMap) {
    tracing::info!("inside");
    ctx.inject(headers);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_recorded_whole_or_not_at_all_and_says_so_to_whom_it_calls() {
    let (sampler, kept, lines) = (EveryOther::default(), Kept::default(), Lines::default());
    let processor = kept.clone();
    let telemetry = telemetry::builder("own")
        .sampler(sampler.clone())
        .processor(move || processor.clone())
        .logs_to(lines.clone())
        .log_format(LogFormat::Json)
        .init()
        .expect("no other subscriber");
    let cluster = Cluster::new();
    for number in 0..PODS {
        let name = format!("web-{number}");
        cluster.put(serde_json::json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name } }));
    }
    let spanner = Spanner::default();
    let run = cluster.run(spanner.clone());
    run.settle().await;
    run.stop().await.expect("it stops");
    drop(telemetry);

    assert_eq!(sampler.0.load(Ordering::Relaxed), PODS, "each root is asked for once");
    let mut traces: HashMap<TraceId, Vec<String>> = HashMap::new();
    for span in kept.0.lock().expect("no panic").iter() {
        traces.entry(span.span_context.trace_id()).or_default().push(span.name.to_string());
    }
    assert_eq!(traces.len(), PODS / 2);
    for names in traces.values_mut() {
        names.sort();
        assert_eq!(*names, ["handleAddObject", "inner", "outer", "processJob"]);
    }

    let logged = String::from_utf8(lines.0.lock().expect("no panic").clone()).expect("text");
    let logged: Vec<serde_json::Value> = logged
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|line: &serde_json::Value| line["message"] == "inside")
        .collect();
    assert_eq!(logged.len(), PODS);
    let headers = spanner.0.lock().expect("no panic");
    let (mut sampled, mut out) = (0, 0);
    for line in &logged {
        let name = line["key"].as_str().expect("it says its key").trim_start_matches("default/");
        assert_eq!((&line["controller"], &line["attempt"]), (&"spanner".into(), &1.into()));
        let headers = &headers[name];
        let told = headers["traceparent"].to_str().expect("text");
        assert_eq!(headers["baggage"], format!("kubernetes.object.key=default/{name}"));
        if told.ends_with("-01") {
            sampled += 1;
            assert!(told.contains(line["trace_id"].as_str().expect("it says its trace")));
        } else {
            out += 1;
            assert!(told.ends_with("-00"), "{told}");
            assert!(line.get("trace_id").is_none(), "there is no such trace to look for");
        }
    }
    assert_eq!((sampled, out), (PODS / 2, PODS / 2));
}
