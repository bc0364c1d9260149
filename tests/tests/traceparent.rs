//! The trace that an object names in its annotation: what is read of it, and what is written for others.

use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kooper::{
    Context, Controller, Encoding, controller,
    testing::{Cluster, RecordedSpan, RecordedTrace, Traces},
};
use kooper_tests::{Act, Log, Running, Script, pod};
use kube::{
    Api, Resource,
    api::{Patch, PatchParams, PostParams},
};
use opentelemetry::trace::{SpanId, TraceId};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tracing_subscriber::{layer::SubscriberExt as _, util::SubscriberInitExt as _};

const NAME: &str = "kooper.dev/traceparent";

/// Creates a config map for each pod.
struct First;

#[controller(resource = Pod, name = "first", resync = "never")]
impl First {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        let mut map = ConfigMap::default();
        map.metadata.name = Some(ctx.key().name().to_owned());
        map.metadata.annotations.get_or_insert_default().extend(ctx.trace_annotation());
        let maps: Api<ConfigMap> = Api::default_namespaced(ctx.client());
        maps.create(&PostParams::default(), &map).await?;
        Ok(())
    }
}

/// Creates a secret for each config map.
struct Second;

#[controller(resource = ConfigMap, name = "second", resync = "never")]
impl Second {
    async fn add(&self, ctx: Context, _map: ConfigMap) -> kooper::Result {
        let mut secret = Secret::default();
        secret.metadata.name = Some(ctx.key().name().to_owned());
        secret.metadata.annotations.get_or_insert_default().extend(ctx.trace_annotation());
        let secrets: Api<Secret> = Api::default_namespaced(ctx.client());
        secrets.create(&PostParams::default(), &secret).await?;
        Ok(())
    }
}

/// The roots of one pod's way through both controllers.
async fn chain(
    set: impl Fn(Controller<Second>) -> Controller<Second>,
) -> (Cluster, RecordedTrace, RecordedSpan) {
    let (cluster, traces) = (Cluster::new(), Traces::new());
    let _recording = traces.install();
    let first = Running::start(Controller::new(First).client(cluster.client()));
    let second = Running::start(set(Controller::new(Second).client(cluster.client())));
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    let root_of = |traces: &Traces, controller: &str| {
        let spans = traces.all().into_iter().flat_map(|trace| trace.spans());
        spans
            .into_iter()
            .find(|span| span.name() == "processJob" && span.attr("kooper.controller") == controller)
    };
    traces.wait(|traces| root_of(traces, "second").is_some()).await;
    first.stop().await.expect("it stops");
    second.stop().await.expect("it stops");
    let first = root_of(&traces, "first").expect("it came before").trace_id();
    let first = traces.all().into_iter().find(|trace| trace.root().trace_id() == first).expect("it is there");
    (cluster, first, root_of(&traces, "second").expect("it ended"))
}

#[tokio::test(start_paused = true)]
async fn a_chain_of_controllers_is_one_chain_of_linked_traces_in_every_encoding() {
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let (cluster, first, second) = chain(|controller| controller.encoding(encoding)).await;
        let handler = first.span("handleAddObject");
        assert_ne!(second.trace_id(), handler.trace_id(), "each attempt is a trace of its own");
        assert!(second.parent().is_none());
        let [link] = &second.links()[..] else { panic!("{:?}", second.links()) };
        assert!(link.is_to(&handler), "{link:?}");

        let secrets: Api<Secret> = Api::default_namespaced(cluster.client());
        let written = secrets.get("web").await.expect("it was created");
        let child = second.child("handleAddObject");
        let traceparent = format!("00-{}-{}-01", child.trace_id(), child.id());
        assert_eq!(written.metadata.annotations.expect("some").get(NAME), Some(&traceparent));
    }
}

#[tokio::test(start_paused = true)]
async fn where_it_is_asked_for_a_chain_of_controllers_is_one_trace() {
    let (_, first, second) = chain(|controller| controller.trace_parent(true)).await;
    let handler = first.span("handleAddObject");
    assert_eq!(second.trace_id(), handler.trace_id());
    assert_eq!(second.parent().expect("a parent").id(), handler.id());
    assert!(second.links().is_empty(), "its parent is no link as well: {:?}", second.links());
}

#[tokio::test(start_paused = true)]
async fn with_no_name_or_with_another_one_the_annotation_is_not_read() {
    for name in [None, Some("example.com/cause"), Some("traceparent")] {
        let (_, _, second) = chain(|controller| controller.trace_annotation(name)).await;
        assert!(second.links().is_empty(), "{name:?}: {:?}", second.links());
    }
    let (_, first, second) = chain(|controller| controller.trace_annotation(NAME)).await;
    assert!(second.links()[0].is_to(&first.span("handleAddObject")));
    let wrong = Controller::new(Second).client(Cluster::new().client()).trace_annotation("no name");
    let error = wrong.run_until(async {}).await.expect_err("it can never be one").to_string();
    assert!(error.contains("trace_annotation") && error.contains("example.com/traceparent"), "{error}");
}

/// A state of a pod, and what it says of its trace.
fn put(cluster: &Cluster, generation: i64, traceparent: &str) {
    cluster.put(json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": "web", "uid": "u", "generation": generation, "annotations": { NAME: traceparent, "other": "x" } },
    }));
}

fn traceparent(number: u128) -> String {
    format!("00-{:032x}-{:016x}-01", number, number + 0x100)
}

/// The numbers of the spans that it links to.
fn linked(root: &RecordedSpan) -> Vec<u128> {
    let links = root.links();
    let number = |id: TraceId| u128::from_be_bytes(id.to_bytes());
    links.iter().map(|link| number(link.span_context().trace_id())).collect()
}

#[tokio::test(start_paused = true)]
async fn an_attempt_links_to_the_distinct_traces_of_all_that_it_covers_newest_eight() {
    let (cluster, traces) = (Cluster::new(), Traces::new());
    let _recording = traces.install();
    // The first attempt takes long, so that what comes meanwhile is one run; the second fails.
    let (script, calls) = Script::new(|call| match call.attempt {
        _ if call.trigger == kooper::Trigger::List => Act::Sleep(Duration::from_secs(10)),
        1 => Act::Fail("wanted"),
        _ => Act::Good,
    });
    put(&cluster, 1, &traceparent(1));
    let running = Running::start(Controller::new(script).client(cluster.client()));
    calls.wait(1).await;
    for (generation, number) in [2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 4, 11].into_iter().enumerate() {
        put(&cluster, 2 + i64::try_from(generation).expect("few"), &traceparent(number));
    }
    traces.wait(|traces| traces.of("default/web").attempts().len() == 3).await;
    running.stop().await.expect("it stops");

    let roots: Vec<_> = traces.of("default/web").attempts().iter().map(RecordedTrace::root).collect();
    assert_eq!(linked(&roots[0]), [1]);
    assert_eq!(linked(&roots[1]), [11, 4, 10, 9, 8, 7, 6, 5], "the state at hand first, then the newest");
    assert_eq!(roots[1].attr("kooper.queue.coalesced"), 11);
    let span = SpanId::from(0x10b);
    assert_eq!(roots[1].links()[0].span_context().span_id(), span, "the very span");
    assert!(roots[2].links()[0].is_to(&roots[1]), "a retry links to the attempt before it");
    assert_eq!(linked(&roots[2])[1..], [11], "what was covered is told once");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_traceparent_is_ignored_with_a_debug_line_and_what_is_not_sampled_is_no_link() {
    let (cluster, traces, log) = (Cluster::new(), Traces::new(), Log::default());
    let _recording = tracing_subscriber::registry().with(traces.layer()).with(log.layer()).set_default();
    put(&cluster, 1, "nonsense");
    let (script, _) = Script::new(|_| Act::Good);
    let run = cluster.run(script);
    run.settle().await;
    put(&cluster, 2, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
    run.settle().await;
    run.stop().await.expect("it stops");
    let attempts = traces.of("default/web").attempts().to_vec();
    assert_eq!(attempts.len(), 2);
    assert!(attempts.iter().all(|attempt| attempt.root().links().is_empty()));
    let lines: Vec<_> =
        log.all().into_iter().filter(|line| line.message.contains("no `traceparent`")).collect();
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(
        (line.level, line.field("value"), line.field("key")),
        (tracing::Level::DEBUG, "nonsense", "default/web")
    );
}

#[tokio::test(start_paused = true)]
async fn a_delete_links_to_the_trace_of_the_last_state() {
    let (cluster, traces) = (Cluster::new(), Traces::new());
    let _recording = traces.install();
    put(&cluster, 1, &traceparent(1));
    let (script, _) = Script::new(|_| Act::Good);
    let run = cluster.run(script);
    run.settle().await;
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.delete("web", &kube::api::DeleteParams::default().grace_period(0)).await.expect("deleted");
    run.settle().await;
    run.stop().await.expect("it stops");
    let delete = traces.of("default/web").attempts().last().expect("some").root();
    assert_eq!(delete.child("handleDeleteObject").attr("kubernetes.object.key"), "default/web");
    assert_eq!(linked(&delete), [1]);
}

/// Writes a config map that it owns, and a label on the pod itself, at every attempt.
#[derive(Clone)]
struct Keeper {
    runs: Arc<AtomicUsize>,
    data: &'static str,
}

#[controller(resource = Pod, name = "keeper", owns(ConfigMap), resync = "never")]
impl Keeper {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        assert!(self.runs.fetch_add(1, Ordering::Relaxed) < 20, "it goes round and round");
        let params = PatchParams::apply("keeper").force();
        let maps: Api<ConfigMap> = Api::default_namespaced(ctx.client());
        let live = maps.get_opt("owned").await?;
        let mut wanted = ConfigMap::default();
        wanted.metadata.name = Some("owned".into());
        wanted.metadata.owner_references = Some(vec![pod.controller_owner_ref(&()).expect("it has a uid")]);
        wanted.data = Some([("phase".to_owned(), self.data.to_owned())].into());
        ctx.annotate(&mut wanted, live.as_ref());
        maps.patch("owned", &params, &Patch::Apply(&wanted)).await?;

        let pods: Api<Pod> = Api::default_namespaced(ctx.client());
        let mut wanted = Pod::default();
        wanted.metadata.name = pod.metadata.name.clone();
        wanted.metadata.labels = Some([("kept".to_owned(), self.data.to_owned())].into());
        ctx.annotate(&mut wanted, pods.get_opt(ctx.key().name()).await?.as_ref());
        pods.patch(ctx.key().name(), &params, &Patch::Apply(&wanted)).await?;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_controller_that_writes_its_trace_on_what_it_watches_comes_to_rest() {
    let (cluster, traces) = (Cluster::new(), Traces::new());
    let _recording = traces.install();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    let runs = Arc::new(AtomicUsize::new(0));
    let mut written = Vec::new();
    for data in ["one", "two"] {
        let run = cluster.run(Keeper { runs: runs.clone(), data });
        run.settle().await;
        run.stop().await.expect("it stops");
        let annotations = |annotations: Option<std::collections::BTreeMap<String, String>>| {
            annotations.and_then(|all| all.get(NAME).cloned()).expect("it was written")
        };
        let own = annotations(pods.get("web").await.expect("there").metadata.annotations);
        let owned = annotations(maps.get("owned").await.expect("there").metadata.annotations);
        assert_eq!(own, owned, "both were written by the one attempt that changed something");
        written.push(own);
    }
    assert_ne!(written[0], written[1], "another change has another trace");
    let attempts = traces.of("default/web").attempts().to_vec();
    let writers = attempts.iter().map(|attempt| attempt.span("handleAddObject"));
    let of = |text: &str| writers.clone().position(|span| text.contains(&span.id().to_string()));
    assert_eq!(of(&written[0]), Some(0), "the first attempt wrote it, and those that followed left it");
    assert!(runs.load(Ordering::Relaxed) < 10, "{runs:?}");
}
