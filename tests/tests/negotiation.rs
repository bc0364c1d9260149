//! Servers, and what may stand before them, that do not give what is asked for: no fault of any of them loses an object.

use http::{HeaderValue, header};
use http_body_util::{BodyExt, Full};
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Context, Controller, Encoding, controller, testing::Cluster};
use kooper_tests::{Answer, Log, Running, Way, World, next, replaced};
use kube::{Client, core::PartialObjectMeta};
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Each encoding, by streaming lists and by pages.
fn ways() -> [Way; 4] {
    let protobuf = |way| Way { encoding: Encoding::Protobuf, ..way };
    [protobuf(Way::STREAMING), protobuf(Way::PAGES), Way::STREAMING, Way::PAGES]
}

/// The encodings that were answered in.
fn answered(log: &Log) -> BTreeSet<String> {
    let answers =
        log.all().into_iter().filter(|line| line.message == "answered" && line.field("status") == "200");
    answers.map(|line| line.field("encoding").to_owned()).collect()
}

/// A refusal of what is accepted.
fn not_acceptable() -> Answer {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "NotAcceptable", "code": 406,
        "message": "only the following media types are accepted: application/json",
    });
    let body = Full::from(status.to_string()).map_err(|never| match never {}).boxed_unsync();
    let answer = http::Response::builder().status(406).header(header::CONTENT_TYPE, "application/json");
    answer.body(body).expect("an answer")
}

/// A client whose server refuses whatever names more than `known`; counts the refusals.
fn refusing(client: Client, known: &'static [&'static str]) -> (Client, Arc<AtomicUsize>) {
    let refusals = Arc::<AtomicUsize>::default();
    let count = refusals.clone();
    let client = replaced(client, move |request| {
        let accept = request.headers().get(header::ACCEPT)?.to_str().ok()?;
        let knows_all = accept.split(',').all(|media_type| known.contains(&media_type.trim()));
        (!knows_all).then(|| {
            count.fetch_add(1, Ordering::Relaxed);
            not_acceptable()
        })
    });
    (client, refusals)
}

/// Changes, a relist among them, and the check that nothing was lost by any of them.
async fn nothing_is_lost(mut world: World) {
    world.watched().await;
    world.at_rest().await;
    let names = world.names();
    world.put(&names[0]);
    world.delete(&names[1]).await;
    world.put("new");
    world.at_rest().await;
    world.vanish(&names[2]);
    world.relist().await;
    world.verify().await;
}

#[tokio::test(start_paused = true)]
async fn behind_a_proxy_that_strips_accept_the_answers_are_json_and_nothing_is_lost() {
    for way in ways() {
        let (log, _logging) = Log::install();
        let stripped = |cluster: &Cluster| {
            replaced(cluster.client(), |request| {
                request.headers_mut().remove(header::ACCEPT);
                None
            })
        };
        nothing_is_lost(World::with(way, 20, stripped, |controller| controller)).await;
        assert_eq!(answered(&log), ["json".to_owned()].into(), "{way:?}");
        let warnings = log.warnings().into_iter().filter(|line| line.message != "attempt failed");
        assert_eq!(warnings.collect::<Vec<_>>(), [], "but for what the handler does");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_away_protobuf_and_gives_it_back_is_followed_in_both() {
    for way in ways() {
        let (log, _logging) = Log::install();
        // Every other answer is JSON, as behind a balancer with servers of two kinds.
        let turns = AtomicUsize::new(0);
        let by_turns = |cluster: &Cluster| {
            replaced(cluster.client(), move |request| {
                if turns.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
                    request
                        .headers_mut()
                        .insert(header::ACCEPT, HeaderValue::from_static("application/json"));
                }
                None
            })
        };
        nothing_is_lost(World::with(way, 20, by_turns, |controller| controller)).await;
        let both: BTreeSet<_> = ["json".to_owned(), way.encoding.name().to_owned()].into();
        assert_eq!(answered(&log), both, "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_protobuf_is_asked_for_json_once_and_for_all() {
    for way in ways() {
        let (log, _logging) = Log::install();
        let mut refusals = Arc::default();
        let refusing = |cluster: &Cluster| {
            let (client, count) = refusing(cluster.client(), &["application/json"]);
            refusals = count;
            client
        };
        let world = World::with(way, 20, refusing, |controller| controller);
        nothing_is_lost(world).await;
        let wanted = usize::from(way.encoding == Encoding::Protobuf);
        assert_eq!(refusals.load(Ordering::Relaxed), wanted, "in some lists and watches, by {way:?}");
        let told = log.all().iter().filter(|line| line.message.contains("406")).count();
        assert_eq!((told, answered(&log)), (wanted, ["json".to_owned()].into()), "{way:?}");
    }
}

struct Names(UnboundedSender<String>);

#[controller(resource = PartialObjectMeta<ConfigMap>, resync = "never")]
impl Names {
    async fn add(&self, ctx: Context, map: PartialObjectMeta<ConfigMap>) -> kooper::Result {
        assert_eq!(map.metadata.name.as_deref(), Some(ctx.key().name()));
        Ok(self.0.send(format!("{} of {:?}", ctx.key(), map.metadata.labels.unwrap_or_default()))?)
    }
}

fn put(cluster: &Cluster, name: &str) {
    cluster.put(json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": name, "namespace": "default", "labels": { "of": name } }, "data": { "key": "value" },
    }));
}

const JSON_METADATA: &[&str] = &[
    "application/json",
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
];

#[tokio::test(start_paused = true)]
async fn metadata_alone_is_asked_for_step_by_step_down_to_whole_objects() {
    for (known, steps) in [(JSON_METADATA, 1), (&["application/json"][..], 2)] {
        for streaming in [true, false] {
            let (_log, _logging) = Log::install();
            let cluster = Cluster::new();
            put(&cluster, "listed");
            let (client, refusals) = refusing(cluster.client(), known);
            let (sink, mut seen) = unbounded_channel();
            let controller = Controller::new(Names(sink)).streaming_lists(streaming).client(client);
            let running = Running::start(controller);
            assert_eq!(next(&mut seen).await, r#"default/listed of {"of": "listed"}"#);
            put(&cluster, "watched");
            assert_eq!(next(&mut seen).await, r#"default/watched of {"of": "watched"}"#);
            running.stop().await.expect("it drains");
            assert_eq!(refusals.load(Ordering::Relaxed), steps, "of {known:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_aggregated_api_that_knows_json_alone_gives_whole_objects_of_which_the_metadata_is_read() {
    let (_log, _logging) = Log::install();
    let cluster = Cluster::new();
    put(&cluster, "listed");
    let client = replaced(cluster.client(), |request| {
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        None
    });
    let (sink, mut seen) = unbounded_channel();
    let running = Running::start(Controller::new(Names(sink)).client(client));
    assert_eq!(next(&mut seen).await, r#"default/listed of {"of": "listed"}"#);
    put(&cluster, "watched");
    assert_eq!(next(&mut seen).await, r#"default/watched of {"of": "watched"}"#);
    running.stop().await.expect("it drains");
}

struct Pods(UnboundedSender<Pod>);

#[controller(resource = Pod, resync = "never")]
impl Pods {
    async fn add(&self, pod: Pod) -> kooper::Result {
        Ok(self.0.send(pod)?)
    }
}

#[tokio::test(start_paused = true)]
async fn streams_of_one_resource_learn_from_each_other_what_is_refused() {
    let (_log, _logging) = Log::install();
    let cluster = Cluster::new();
    let (client, refusals) = refusing(cluster.client(), &["application/json"]);
    let (sink, mut seen) = unbounded_channel();
    let controller = Controller::new(Pods(sink)).namespaces(["a", "b", "c"]).client(client);
    let running = Running::start(controller);
    for namespace in ["a", "b", "c"] {
        cluster.put(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web", "namespace": namespace } }));
        assert_eq!(next(&mut seen).await.metadata.namespace.as_deref(), Some(namespace));
    }
    // Each may have asked before the others knew; none asks twice.
    let first = refusals.load(Ordering::Relaxed);
    assert!((1..=3).contains(&first), "{first}");
    cluster.faults().watches().resource("pods").fail(410);
    tokio::time::sleep(Duration::from_mins(10)).await;
    running.stop().await.expect("it drains");
    assert_eq!(refusals.load(Ordering::Relaxed), first);
}

#[tokio::test(start_paused = true)]
async fn an_older_server_without_streaming_lists_and_with_fewer_fields_is_read_in_both_encodings() {
    // What a server wrote long ago: next to nothing of what a pod has today.
    let old = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": "web", "namespace": "default", "uid": "u", "resourceVersion": "7" },
        "spec": { "containers": [{ "name": "main", "image": "nginx" }] },
    });
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let cluster = Cluster::new();
        cluster.faults().every().verb("watch").query("sendInitialEvents", "true").status(400);
        let version = cluster.put(old.clone());
        let (log, _logging) = Log::install();
        let (sink, mut seen) = unbounded_channel();
        let controller = Controller::new(Pods(sink)).encoding(encoding).client(cluster.client());
        let running = Running::start(controller);
        let mut wanted: Pod = serde_json::from_value(old.clone()).expect("a pod");
        wanted.metadata.resource_version = Some(version.to_string());
        let mut pod = next(&mut seen).await;
        (pod.metadata.creation_timestamp, pod.metadata.generation) = (None, None);
        assert_eq!(pod, wanted);
        running.stop().await.expect("it drains");
        assert_eq!(answered(&log), [encoding.name().to_owned()].into());
        assert!(log.warnings().is_empty(), "{:#?}", log.warnings());
    }
}
