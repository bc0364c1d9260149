//! The trace contract, row by row, on the embedded cluster: which spans an attempt leaves, with what on them, in what
//! order. `kooper::trace` is the table; `testbed/kooper-v0.8-traces.json` is what "as Kooper did" means.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Backoff, Controller,
    testing::{Cluster, RecordedSpan, Traces},
};
use kooper_tests::{Act, Call, Calls, Running, Script, pod, undecodable_pod};
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams},
    core::{ApiResource, DynamicObject},
};
use opentelemetry::trace::{SpanKind, TraceContextExt};
use std::{sync::Arc, time::Duration};

const KEY: &str = "default/web";

/// A cluster with a controller on it, and what its traces were.
struct Stage {
    pods: Api<Pod>,
    cluster: Cluster,
    calls: Arc<Calls>,
    traces: Traces,
    _recording: tracing::subscriber::DefaultGuard,
    _running: Running,
}

impl Stage {
    fn new(plan: impl Fn(&Call) -> Act + Send + Sync + 'static) -> Self {
        Self::with(plan, |controller| controller)
    }

    fn with(
        plan: impl Fn(&Call) -> Act + Send + Sync + 'static,
        set: impl FnOnce(Controller<Script>) -> Controller<Script>,
    ) -> Self {
        let cluster = Cluster::new();
        let traces = Traces::new();
        let recording = traces.install();
        let (script, calls) = Script::new(plan);
        let running = Running::start(set(Controller::new(script).client(cluster.client())));
        let pods = Api::default_namespaced(cluster.client());
        Self { pods, cluster, calls, traces, _recording: recording, _running: running }
    }

    async fn create(&self) -> Pod {
        self.pods.create(&PostParams::default(), &pod("web")).await.expect("created")
    }

    async fn delete(&self) {
        // The answer holds the object, which need not be a `Pod`.
        let raw: Api<DynamicObject> =
            Api::namespaced_with(self.cluster.client(), "default", &ApiResource::erase::<Pod>(&()));
        raw.delete("web", &DeleteParams::default().grace_period(0)).await.expect("deleted");
    }

    /// The roots of the pod's attempts, once there are `count`.
    async fn roots(&self, count: usize) -> Vec<RecordedSpan> {
        self.traces.wait(|traces| traces.of(KEY).attempts().len() >= count).await;
        let roots: Vec<_> =
            self.traces.of(KEY).attempts().iter().map(kooper::testing::RecordedTrace::root).collect();
        assert_eq!(roots.len(), count);
        roots
    }
}

const BAGGAGE: &str = "event=baggage, key=kubernetes.object.key, value=default/web";
const PROCESS: &str = "event=process_object, kubernetes.object.key=default/web";
const FORGET: &str = "event=forget, kubernetes.object.key=default/web, message=object processed correctly";
const GIVE_UP: &str = "event=forget, kubernetes.object.key=default/web, \
                       message=max number of retries reached after failing, forgetting object key";

/// The log of a failed attempt that is tried again.
fn retried(message: &str, consumed: u32, remaining: u32) -> Vec<String> {
    vec![
        BAGGAGE.into(),
        PROCESS.into(),
        format!("event=error, message={message}"),
        format!(
            "event=reenqueued, kubernetes.object.key={KEY}, kubernetes.object.retries_consumed={consumed}, \
             kubernetes.object.retries_remaining={remaining}"
        ),
        "success=false".into(),
    ]
}

fn assert_failed(span: &RecordedSpan, message: &str) {
    assert_eq!(span.attr("error"), true);
    assert_eq!(span.error().as_deref(), Some(message));
}

#[tokio::test(start_paused = true)]
async fn a_first_try_that_succeeds() {
    let stage = Stage::with(|_| Act::Good, |controller| controller.resync(Duration::from_mins(2)));
    let created = stage.create().await;
    let root = stage.roots(1).await.remove(0);

    assert_eq!(root.name(), "processJob");
    assert_eq!(root.kind(), SpanKind::Consumer);
    assert!(root.parent().is_none());
    for (name, value) in [
        ("kubernetes.object.key", KEY),
        ("kubernetes.object.namespace", "default"),
        ("kubernetes.object.name", "web"),
        ("kubernetes.object.kind", "Pod"),
        ("kubernetes.object.uid", created.metadata.uid.as_deref().expect("a uid")),
        (
            "kubernetes.object.resource_version",
            created.metadata.resource_version.as_deref().expect("a version"),
        ),
        ("component", "kooper"),
        ("kooper.controller", "script"),
        ("controller.cfg.name", "script"),
        ("controller.cfg.resync_interval", "2m0s"),
        ("kooper.trigger", "watch"),
        ("kooper.queue.lane", "live"),
        ("kooper.outcome", "done"),
    ] {
        assert_eq!(root.attr(name).as_str(), Some(value), "{name}");
    }
    for (name, value) in [
        ("controller.cfg.max_retries", 2),
        ("controller.cfg.concurrent_workers", 3),
        ("kubernetes.object.total_processed_times", 1),
        ("kooper.queue.coalesced", 0),
        ("kooper.queue.wait_ms", 0),
    ] {
        assert_eq!(root.attr(name).as_i64(), Some(value), "{name}");
    }
    assert_eq!(root.attr("kubernetes.object.processing_retry"), false);
    for absent in ["error", "error.type"] {
        assert!(!root.attr(absent).exists(), "{absent}");
    }
    assert_eq!(root.error(), None);
    assert!(root.links().is_empty());
    assert_eq!(root.logs(), [BAGGAGE, PROCESS, FORGET, "success=true"]);

    let child = root.child("handleAddObject");
    assert_eq!(child.kind(), SpanKind::Consumer);
    assert_eq!(child.attr("kubernetes.object.key"), KEY);
    assert_eq!(child.attr("component"), "kooper");
    assert_eq!(child.attr("kooper.controller"), "script");
    assert_eq!(child.attr("controller.cfg.max_retries").as_i64(), Some(2));
    assert!(!child.attr("kubernetes.object.name").exists());
    assert_eq!(child.logs(), ["event=add, kubernetes.object.key=default/web"]);
}

#[tokio::test(start_paused = true)]
async fn spans_point_at_the_attribute_and_at_the_handlers_fn() {
    let stage = Stage::new(|_| Act::Good);
    stage.create().await;
    stage.roots(1).await;
    stage.delete().await;
    let roots = stage.roots(2).await;
    let source = include_str!("../src/script.rs");
    let line_of = |start: &str| {
        let at = source.lines().position(|line| line.trim_start().starts_with(start)).expect(start);
        i64::try_from(at).expect("a short file") + 1
    };
    for (span, start) in [
        (&roots[0], "#[controller("),
        (&roots[0].child("handleAddObject"), "async fn add("),
        (&roots[1].child("handleDeleteObject"), "async fn delete("),
    ] {
        assert!(span.attr("code.file.path").as_str().expect("a path").ends_with("script.rs"));
        assert_eq!(span.attr("code.line.number").as_i64(), Some(line_of(start)), "{start}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_and_then_success_are_two_linked_traces() {
    let plan = |call: &Call| if call.attempt == 1 { Act::Fail("no such bucket") } else { Act::Good };
    let stage = Stage::with(plan, |it| it.backoff(Backoff::constant(Duration::from_secs(7))));
    stage.create().await;
    let roots = stage.roots(2).await;

    assert_eq!(roots[0].attr("kooper.outcome"), "retried");
    assert_eq!(roots[0].attr("error.type"), "handler");
    assert_failed(&roots[0], "no such bucket");
    assert_eq!(roots[0].logs(), retried("no such bucket", 1, 1));
    let child = roots[0].child("handleAddObject");
    assert_failed(&child, "no such bucket");
    assert_eq!(
        child.logs(),
        ["event=add, kubernetes.object.key=default/web", "event=error, message=no such bucket"]
    );

    assert_eq!(roots[1].attr("kooper.trigger"), "retry");
    assert_eq!(roots[1].attr("kooper.queue.lane"), "retry");
    let told = |name| roots[1].attr(name).as_str().expect("a text").parse::<Timestamp>().expect("a time");
    let (start, end) = (told("kooper.backoff.start"), told("kooper.backoff.planned_end"));
    assert_eq!(end.duration_since(start).as_millis(), 7_000);
    let last = Timestamp::try_from(roots[0].start() + roots[0].duration()).expect("a time");
    let between = last.duration_since(start).as_millis();
    assert!((-1..=1_000).contains(&between), "the attempt ended at {last}, its backoff began at {start}");
    assert!(!roots[0].attr("kooper.backoff.start").exists(), "there was none before the first");
    assert_eq!(roots[1].attr("kubernetes.object.total_processed_times").as_i64(), Some(2));
    assert_eq!(roots[1].attr("kubernetes.object.processing_retry"), true);
    assert_eq!(roots[1].attr("kooper.outcome"), "done");
    assert_ne!(roots[0].trace_id(), roots[1].trace_id());
    assert_eq!(roots[1].links().len(), 1);
    assert!(roots[1].links()[0].is_to(&roots[0]));
}

#[tokio::test(start_paused = true)]
async fn an_object_that_keeps_failing_is_given_up() {
    let stage = Stage::new(|_| Act::Fail("randomly failed"));
    stage.create().await;
    let roots = stage.roots(3).await;
    assert_eq!(roots[1].logs(), retried("randomly failed", 2, 0));
    assert_eq!(roots[2].attr("kooper.outcome"), "given_up");
    assert_eq!(
        roots[2].logs(),
        [BAGGAGE, PROCESS, "event=error, message=randomly failed", GIVE_UP, "success=false"]
    );
    let calls = stage.calls.all();
    assert_eq!(
        calls.iter().map(|call| (call.attempt, call.last)).collect::<Vec<_>>(),
        [(1, false), (2, false), (3, true)]
    );

    // The next change starts afresh.
    let patch = Patch::Merge(serde_json::json!({ "metadata": { "labels": { "touched": "yes" } } }));
    stage.pods.patch("web", &PatchParams::default(), &patch).await.expect("patched");
    let roots = stage.roots(4).await;
    assert_eq!(roots[3].attr("kubernetes.object.total_processed_times").as_i64(), Some(1));
    assert!(roots[3].links().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_delete_with_the_last_known_state() {
    let stage = Stage::new(|_| Act::Good);
    let created = stage.create().await;
    stage.roots(1).await;
    stage.delete().await;
    let root = stage.roots(2).await.remove(1);
    let uid = created.metadata.uid.expect("a uid");
    assert_eq!(root.attr("kubernetes.object.uid").as_str(), Some(&*uid));
    assert_eq!(root.logs(), [BAGGAGE, PROCESS, FORGET, "success=true"]);
    assert_eq!(root.child("handleDeleteObject").logs(), ["event=delete, kubernetes.object.key=default/web"]);
    assert_eq!(stage.calls.all()[1].uid, Some(uid));
}

#[tokio::test(start_paused = true)]
async fn a_delete_of_an_object_whose_last_state_cannot_be_decoded() {
    let stage = Stage::new(|_| Act::Good);
    stage.create().await;
    stage.roots(1).await;
    let mut broken = serde_json::to_value(stage.pods.get("web").await.expect("there")).expect("JSON");
    broken["spec"]["containers"] = 7.into();
    broken["apiVersion"] = "v1".into();
    broken["kind"] = "Pod".into();
    stage.cluster.put(broken);
    let roots = stage.roots(2).await;
    assert_eq!(roots[1].attr("error.type"), "decode");
    stage.delete().await;
    let roots = stage.roots(3).await;
    assert_eq!(roots[2].child("handleDeleteObject").attr("kubernetes.object.key"), KEY);
    let calls = stage.calls.all();
    assert_eq!((calls[1].handler, &calls[1].uid), ("delete", &None));
}

#[tokio::test(start_paused = true)]
async fn a_resync() {
    let stage = Stage::with(|_| Act::Good, |controller| controller.resync(Duration::from_mins(3)));
    stage.create().await;
    let roots = stage.roots(2).await;
    assert_eq!(roots[1].attr("kooper.trigger"), "resync");
    assert_eq!(roots[1].attr("kooper.queue.lane"), "backlog");
    assert_eq!(roots[1].logs(), [BAGGAGE, PROCESS, FORGET, "success=true"]);
    let calls = stage.calls.all();
    let between = calls[1].at - calls[0].at;
    assert!(between > Duration::from_secs(170) && between <= Duration::from_mins(3), "{between:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_there_before_the_controller_is_found_by_the_list() {
    let cluster = Cluster::new();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    let traces = Traces::new();
    let _recording = traces.install();
    let (script, _) = Script::new(|_| Act::Good);
    let _running = Running::start(Controller::new(script).client(cluster.client()));
    traces.wait(|traces| traces.of(KEY).attempts().len() == 1).await;
    assert_eq!(traces.of(KEY).attempts()[0].root().attr("kooper.trigger"), "list");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure_with_its_payload() {
    let stage =
        Stage::new(|call| if call.attempt == 1 { Act::Panic("index out of range") } else { Act::Good });
    stage.create().await;
    let roots = stage.roots(2).await;
    assert_eq!(roots[0].attr("error.type"), "panic");
    assert_eq!(roots[0].attr("kooper.outcome"), "retried");
    let message = roots[0].error().expect("it failed");
    let place = message.strip_prefix("handler panicked: index out of range (at ").expect("what it said");
    assert!(place.starts_with("tests/src/script.rs:"), "{place}");
    assert_eq!(roots[0].logs(), retried(&message, 1, 1));
    assert_failed(&roots[0].child("handleAddObject"), &message);
    assert_eq!(roots[1].attr("kooper.outcome"), "done");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_a_failure_that_says_how_long() {
    let stage = Stage::new(|call| if call.attempt == 1 { Act::Hang } else { Act::Good });
    stage.create().await;
    let roots = stage.roots(2).await;
    assert_eq!(roots[0].attr("error.type"), "timeout");
    assert_eq!(roots[0].logs(), retried("handler timed out after 30s", 1, 1));
    let calls = stage.calls.all();
    assert!(calls[1].at - calls[0].at >= Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn an_undecodable_object_fails_alone_and_for_good_with_no_child() {
    let stage = Stage::new(|_| Act::Good);
    stage.cluster.put(undecodable_pod("web"));
    let root = stage.roots(1).await.remove(0);
    assert_eq!(root.attr("error.type"), "decode");
    assert_eq!(root.attr("kooper.outcome"), "permanent");
    assert!(root.children().is_empty());
    let logs = root.logs();
    assert_eq!(logs[..2], [BAGGAGE, PROCESS]);
    assert!(
        logs[2].starts_with(
            "event=error, message=the object does not fit its type: core.v1.PodSpec.containers at byte "
        ),
        "{}",
        logs[2]
    );
    assert_eq!(
        logs[3..],
        [
            "event=forget, kubernetes.object.key=default/web, message=permanent error, forgetting object key",
            "success=false"
        ]
    );

    stage.pods.create(&PostParams::default(), &pod("neighbour")).await.expect("created");
    assert_eq!(stage.calls.wait(1).await, ["add default/neighbour"]);
    // No handler has seen it, so none hears of its end.
    stage.delete().await;
    stage.pods.delete("neighbour", &DeleteParams::default().grace_period(0)).await.expect("deleted");
    assert_eq!(stage.calls.wait(2).await[1], "delete default/neighbour");
    stage.roots(1).await;
}

#[tokio::test(start_paused = true)]
async fn an_object_that_becomes_decodable_is_handled() {
    let stage = Stage::new(|_| Act::Good);
    stage.cluster.put(undecodable_pod("web"));
    stage.roots(1).await;
    let mut mended = undecodable_pod("web");
    mended["spec"]["containers"] = serde_json::json!([{ "name": "main", "image": "nginx" }]);
    stage.cluster.put(mended);
    let roots = stage.roots(2).await;
    assert_eq!(roots[1].attr("kooper.outcome"), "done");
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_is_not_tried_again() {
    let stage = Stage::new(|_| Act::Permanent("the image is not allowed"));
    stage.create().await;
    let root = stage.roots(1).await.remove(0);
    assert_eq!(root.attr("kooper.outcome"), "permanent");
    assert_eq!(root.attr("error.type"), "handler");
    assert_failed(&root, "the image is not allowed");
    assert_eq!(
        root.logs(),
        [
            BAGGAGE,
            PROCESS,
            "event=error, message=the image is not allowed",
            "event=forget, kubernetes.object.key=default/web, message=permanent error, forgetting object key",
            "success=false"
        ]
    );
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(stage.calls.all().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_requeue_is_a_success_and_comes_again() {
    let stage = Stage::new(|call| {
        if call.trigger == kooper::Trigger::Watch {
            Act::RequeueAfter(Duration::from_secs(90))
        } else {
            Act::Good
        }
    });
    stage.create().await;
    let roots = stage.roots(2).await;
    assert_eq!(roots[0].attr("kooper.outcome"), "requeued");
    assert_eq!(
        roots[0].logs(),
        [BAGGAGE, PROCESS, FORGET, "event=requeued, kubernetes.object.requeue_after=1m30s", "success=true"]
    );
    assert_eq!(roots[1].attr("kooper.trigger"), "requeue");
    assert_eq!(roots[1].attr("kubernetes.object.processing_retry"), false);
    assert!(roots[1].links().is_empty());
    let calls = stage.calls.all();
    assert_eq!((calls[1].at - calls[0].at).as_secs(), 90);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_cut_off_at_the_drain_deadline_ends_its_trace() {
    let cluster = Cluster::new();
    let traces = Traces::new();
    let _recording = traces.install();
    let (script, calls) = Script::new(|_| Act::Hang);
    let controller =
        Controller::new(script).client(cluster.client()).timeout(None).shutdown(Duration::from_secs(20));
    let running = Running::start(controller);
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    calls.wait(1).await;
    let error = running.stop().await.expect_err("aborted");
    assert_eq!(error.kind(), kooper::ErrorKind::Drain);
    let object = traces.of(KEY);
    let root = object.attempts()[0].root();
    assert_eq!(root.attr("kooper.outcome"), "aborted");
    assert_eq!(root.logs(), [BAGGAGE, PROCESS, "event=error, message=aborted by shutdown", "success=false"]);
    assert_failed(&root.child("handleAddObject"), "aborted by shutdown");
}

#[tokio::test(start_paused = true)]
async fn changes_while_an_object_is_handled_are_one_run_that_counts_them() {
    let stage =
        Stage::new(|call| if call.attempt == 1 { Act::Sleep(Duration::from_secs(10)) } else { Act::Good });
    stage.create().await;
    stage.calls.wait(1).await;
    for n in 0..3 {
        let patch = Patch::Merge(serde_json::json!({ "metadata": { "labels": { "n": n.to_string() } } }));
        stage.pods.patch("web", &PatchParams::default(), &patch).await.expect("patched");
    }
    let roots = stage.roots(2).await;
    assert_eq!(roots[1].attr("kooper.queue.coalesced").as_i64(), Some(2));
    let waited = roots[1].attr("kooper.queue.wait_ms").as_i64().expect("a number");
    assert!((9_900..=10_100).contains(&waited), "{waited}");
}

mod user_code {
    use super::{KEY, Running, pod};
    use k8s_openapi::api::core::v1::Pod;
    use kooper::{
        Context, Controller, controller,
        testing::{Cluster, Traces},
    };
    use kube::{Api, api::PostParams};
    use opentelemetry::baggage::BaggageExt;
    use std::sync::{Arc, Mutex};
    use tracing::Instrument;

    /// Says what baggage it sees, here and there.
    struct Asks(Arc<Mutex<Notes>>);

    type Notes = Vec<(&'static str, Option<String>)>;

    impl Asks {
        fn note(&self, place: &'static str) {
            let baggage = opentelemetry::Context::current()
                .baggage()
                .get("kubernetes.object.key")
                .map(ToString::to_string);
            self.0.lock().expect("no panic").push((place, baggage));
        }

        #[tracing::instrument(skip_all)]
        async fn call_redis(&self) {
            tokio::task::yield_now().await;
            self.note("below a span of the user's, after an await");
        }
    }

    #[controller(resource = Pod)]
    impl Asks {
        async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
            self.note("in the handler");
            self.call_redis().await;
            let notes = Self(self.0.clone());
            let spawned = async move { notes.note("in a task that keeps the span") };
            tokio::spawn(spawned.instrument(ctx.span().clone())).await?;
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_key_is_baggage_in_the_handler_and_in_all_that_stands_below_its_span() {
        let cluster = Cluster::new();
        let traces = Traces::new();
        let _recording = traces.install();
        let notes = Arc::<Mutex<Notes>>::default();
        let _running = Running::start(Controller::new(Asks(notes.clone())).client(cluster.client()));
        let pods: Api<Pod> = Api::default_namespaced(cluster.client());
        pods.create(&PostParams::default(), &pod("web")).await.expect("created");
        traces.wait(|traces| traces.of(KEY).attempts().len() == 1).await;
        let notes = notes.lock().expect("no panic").clone();
        assert_eq!(notes.len(), 3);
        for (place, baggage) in notes {
            assert_eq!(baggage.as_deref(), Some(KEY), "{place}");
        }
        let object = traces.of(KEY);
        let handler = object.attempts()[0].root().child("handleAddObject");
        assert_eq!(handler.child("call_redis").name(), "call_redis");
    }
}

#[tokio::test(start_paused = true)]
async fn a_root_has_no_parent_though_the_controller_runs_within_a_span() {
    use tracing::Instrument;
    let cluster = Cluster::new();
    let traces = Traces::new();
    let _recording = traces.install();
    let (script, _) = Script::new(|_| Act::Good);
    let outer = tracing::info_span!("main");
    let controller = Controller::new(script).client(cluster.client());
    let running = async move { controller.run_until(std::future::pending::<()>()).await };
    let _task = tokio::spawn(running.instrument(outer));
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    traces.wait(|traces| traces.of(KEY).attempts().len() == 1).await;
    let object = traces.of(KEY);
    let root = object.attempts()[0].root();
    assert!(root.parent().is_none());
    assert!(!opentelemetry::Context::current().span().span_context().is_valid());
}
