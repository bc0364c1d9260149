//! What others learn of an attempt's trace: those whom a handler calls, by headers; the API server, by `traceparent`.

use http::{HeaderMap, Request, Response};
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{
    Context, Controller, controller, propagation,
    testing::{Cluster, RecordedSpan, Traces},
};
use kooper_tests::{Running, pod};
use kube::{
    Api,
    api::{Patch, PatchParams, PostParams},
};
use opentelemetry::{
    baggage::BaggageExt,
    trace::{SpanKind, TraceContextExt},
};
use std::sync::Arc;
use tokio::sync::Mutex;
use tower::{Layer, Service, service_fn};
use tracing::Instrument;

const KEY: &str = "default/web";

/// Calls whom it should, and keeps the headers that it would send.
#[derive(Clone, Default)]
struct Caller(Arc<Mutex<Vec<HeaderMap>>>);

#[controller(resource = Pod, retries = 0)]
impl Caller {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let maps: Api<ConfigMap> = Api::default_namespaced(ctx.client());
        let found = maps.get_opt("settings").instrument(tracing::info_span!("readSettings")).await?;
        let labels = serde_json::json!({ "metadata": { "labels": { "seen": found.is_some().to_string() } } });
        let pods: Api<Pod> = Api::default_namespaced(ctx.client());
        let name = pod.metadata.name.unwrap_or_default();
        pods.patch_status(&name, &PatchParams::default(), &Patch::Merge(labels)).await?;

        let mut headers = HeaderMap::new();
        ctx.inject(&mut headers);
        self.0.lock().await.push(headers);
        Ok(())
    }

    async fn delete(&self, _key: kooper::ObjectKey) -> kooper::Result {
        Ok(())
    }
}

/// One pod, handled once.
struct Stage {
    cluster: Cluster,
    headers: HeaderMap,
}

impl Stage {
    async fn play() -> Self {
        let cluster = Cluster::new();
        let caller = Caller::default();
        let running = Running::start(Controller::new(caller.clone()).client(cluster.client()).resync(None));
        let pods: Api<Pod> = Api::default_namespaced(cluster.client());
        pods.create(&PostParams::default(), &pod("web")).await.expect("created");
        cluster.requests().wait_for(|request| request.is("patch", "pods")).await;
        running.stop().await.expect("it stops");
        let headers = caller.0.lock().await.remove(0);
        Self { cluster, headers }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).unwrap_or_else(|| panic!("there is no {name}")).to_str().expect("it is text")
}

fn traceparent(span: &RecordedSpan) -> String {
    format!("00-{}-{}-01", span.trace_id(), span.id())
}

#[tokio::test(start_paused = true)]
async fn a_call_of_a_handlers_own_carries_the_trace_and_the_key_in_both_forms() {
    let traces = Traces::new();
    let _recording = traces.install();
    let stage = Stage::play().await;
    let attempt = traces.of(KEY).attempts()[0].clone();
    let handler = attempt.span("handleAddObject");
    assert_eq!(text(&stage.headers, "traceparent"), traceparent(&handler));
    assert_eq!(text(&stage.headers, "baggage"), "kubernetes.object.key=default/web");
    assert_eq!(text(&stage.headers, "uber-trace-id"), format!("{}:{}:0:1", handler.trace_id(), handler.id()));
    assert_eq!(text(&stage.headers, "uberctx-kubernetes.object.key"), KEY);
    assert!(stage.headers.get("tracestate").is_none(), "an empty one says nothing");
}

#[tokio::test(start_paused = true)]
async fn with_nobody_listening_a_call_carries_the_key_alone() {
    let stage = Stage::play().await;
    assert_eq!(text(&stage.headers, "baggage"), "kubernetes.object.key=default/web");
    assert_eq!(text(&stage.headers, "uberctx-kubernetes.object.key"), KEY);
    assert_eq!(stage.headers.len(), 2, "{:?}", stage.headers);
}

#[tokio::test(start_paused = true)]
async fn each_call_to_the_api_server_is_a_client_span_below_the_span_that_makes_it() {
    let traces = Traces::new();
    let _recording = traces.install();
    let stage = Stage::play().await;
    let attempt = traces.of(KEY).attempts()[0].clone();

    let get = attempt.span("get configmaps");
    assert_eq!(get.kind(), SpanKind::Client);
    assert_eq!(get.parent().expect("a parent").name(), "readSettings");
    assert_eq!(get.attr("k8s.request.verb"), "get");
    assert_eq!(get.attr("k8s.request.name"), "settings");
    assert_eq!(get.attr("http.response.status_code"), 404);
    assert_eq!(get.attr("error.type"), "404");
    assert_eq!(get.error().as_deref(), Some("404 Not Found"));

    let patch = attempt.span("patch pods/status");
    assert_eq!(patch.parent().expect("a parent").name(), "handleAddObject");
    for (name, value) in [
        ("component", "kooper"),
        ("http.request.method", "PATCH"),
        ("url.path", "/api/v1/namespaces/default/pods/web/status"),
        ("k8s.request.verb", "patch"),
        ("k8s.request.resource", "pods"),
        ("k8s.request.subresource", "status"),
        ("k8s.request.namespace", "default"),
        ("k8s.request.name", "web"),
    ] {
        assert_eq!(patch.attr(name), value, "{name}");
    }
    assert_eq!(patch.attr("http.response.status_code"), 200);
    assert!(patch.error().is_none());

    let sent = stage.cluster.requests().wait_for(|request| request.is("patch", "pods")).await;
    assert_eq!(text(&sent.headers, "traceparent"), traceparent(&patch));
    for request in stage.cluster.requests().all() {
        let told = request.headers.keys().any(|name| name == "baggage" || name.as_str().starts_with("uber"));
        assert!(!told, "{request} tells the API server the baggage");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_outside_of_an_attempt_are_not_traced() {
    let traces = Traces::new();
    let _recording = traces.install();
    let stage = Stage::play().await;
    // The controller's own lists and watches, and the test's.
    let unasked: Vec<_> = stage
        .cluster
        .requests()
        .all()
        .into_iter()
        .filter(|sent| sent.is("list", "pods") || sent.is("watch", "pods"))
        .collect();
    assert!(!unasked.is_empty());
    assert!(unasked.iter().all(|sent| !sent.headers.contains_key("traceparent")));
    assert_eq!(traces.all().len(), 2, "the attempts for what the test and the handler wrote");
}

#[tokio::test(start_paused = true)]
async fn a_client_with_the_layer_tells_the_span_in_which_it_is_called() {
    let traces = Traces::new();
    let _recording = traces.install();
    let mut client = propagation::Propagate.layer(service_fn(|request: Request<()>| async move {
        Ok::<_, std::convert::Infallible>(Response::new(request.headers().clone()))
    }));
    let span = tracing::info_span!("outside");
    let sent = span.in_scope(|| client.call(Request::new(())));
    let headers = sent.await.expect("infallible").into_body();
    drop(span);
    let outside = traces.all()[0].root();
    assert_eq!(text(&headers, "traceparent"), traceparent(&outside));

    let caller = propagation::extract(&headers);
    assert_eq!(caller.span().span_context().span_id(), outside.id());
    assert!(caller.baggage().is_empty());
}
