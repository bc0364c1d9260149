//! A server that is away, refuses or talks nonsense: each cause is told once with the next step, not once a try, and the
//! objects are handled as soon as it is over.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{
    Backoff, ConfigError, Controller, ErrorKind, RateLimit, StartError, controller,
    testing::{Cluster, Fault, RecordedRequest},
};
use kooper_tests::{Act, Answer, Calls, Line, Log, Running, Script, pod, replaced};
use kube::{Api, api::PostParams};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tracing::Level;

/// A controller on a cluster that was in trouble before it began.
struct Stage {
    cluster: Cluster,
    calls: Arc<Calls>,
    log: Log,
    running: Running,
    _log: tracing::subscriber::DefaultGuard,
}

impl Stage {
    fn new(
        trouble: impl FnOnce(&Cluster),
        set: impl FnOnce(Controller<Script>) -> Controller<Script>,
    ) -> Self {
        let cluster = Cluster::new();
        let (log, guard) = Log::install();
        trouble(&cluster);
        let (script, calls) = Script::new(|_| Act::Good);
        let running =
            Running::start(set(Controller::new(script).client(cluster.client()).streaming_lists(false)));
        Self { cluster, calls, log, running, _log: guard }
    }

    async fn create(&self, namespace: &str, name: &str) {
        let pods: Api<Pod> = Api::namespaced(self.cluster.client(), namespace);
        pods.create(&PostParams::default(), &pod(name)).await.expect("created");
    }

    /// The one warning that there is after a while.
    async fn only_warning(&self) -> Line {
        self.log.wait(Line::warns).await;
        tokio::time::sleep(Duration::from_mins(30)).await;
        let warnings = self.log.warnings();
        assert_eq!(warnings.len(), 1, "{warnings:#?}");
        warnings.into_iter().next().expect("one")
    }

    /// How often it was said that all is well again.
    fn recoveries(&self) -> usize {
        self.log.all().iter().filter(|line| line.message == "reading again").count()
    }
}

type Effect = fn(Fault<'_>);

/// What may happen to a request, what is said of it, and the next step.
const TROUBLES: [(Effect, &str, &str); 8] = [
    (|fault| fault.status(401), "does not accept the credentials (401)", "renew the token"),
    (|fault| fault.status(403), "not allowed (403)", "`kubectl auth can-i watch pods -A`"),
    (|fault| fault.status(404), "does not know this resource (404)", "CustomResourceDefinition"),
    (|fault| fault.refuse(), "cannot be reached", "`kubectl cluster-info`"),
    (|fault| fault.garble(), "the answer ", "proxy"),
    (|fault| fault.status(500), "answered 500", "log"),
    (|fault| fault.status(503), "busy (503)", "tried again"),
    (|fault| fault.hang(), "nothing came for", "log"),
];

async fn is_told_once(verb: &str) {
    for (effect, error, next_step) in TROUBLES {
        let stage = Stage::new(
            |cluster| effect(cluster.faults().every().verb(verb).resource("pods")),
            |controller| controller,
        );
        let warning = stage.only_warning().await;
        assert!(warning.field("error").contains(error), "{error}: {warning:?}");
        assert!(warning.field("next_step").contains(next_step), "{next_step}: {warning:?}");
        assert_eq!(warning.field("controller"), "script");
        assert_eq!(stage.recoveries(), 0, "{error}");
        let asked = stage.cluster.requests().count(verb, "pods");
        assert!((5..200).contains(&asked), "{error}: tried {asked} times in half an hour");

        stage.create("default", "web").await;
        stage.cluster.faults().clear();
        assert_eq!(stage.calls.wait(1).await, ["add default/web"], "{error}");
        stage.log.wait(|line| line.message == "reading again").await;
        assert_eq!(stage.log.warnings().len(), 1, "{error}");
        assert_eq!(stage.recoveries(), 1, "{error}");
        stage.running.stop().await.expect("drained");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_is_told_once_for_each_cause() {
    is_told_once("list").await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_fails_is_told_once_for_each_cause() {
    is_told_once("watch").await;
}

#[tokio::test(start_paused = true)]
async fn causes_that_alternate_are_told_once_each() {
    let stage = Stage::new(
        |cluster| {
            for _ in 0..5 {
                cluster.faults().next(1).verb("list").status(503);
                cluster.faults().next(1).verb("list").refuse();
            }
        },
        |controller| controller,
    );
    stage.create("default", "web").await;
    stage.log.wait(|line| line.message == "reading again").await;
    let warnings = stage.log.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:#?}");
    assert_eq!(stage.calls.wait(1).await, ["add default/web"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_no_version_is_not_asked_without_a_pause() {
    let stage =
        Stage::new(|cluster| cluster.faults().every().verb("watch").status(410), |controller| controller);
    tokio::time::sleep(Duration::from_mins(10)).await;
    let lists = stage.cluster.requests().count("list", "pods");
    assert!((5..100).contains(&lists), "{lists} lists in ten minutes");
    assert_eq!(stage.log.warnings().len(), 1, "{:#?}", stage.log.warnings());
    stage.create("default", "web").await;
    assert_eq!(stage.calls.wait(1).await, ["add default/web"], "lists alone tell of it");
}

#[tokio::test(start_paused = true)]
async fn permission_that_is_lost_in_the_middle_and_comes_back_is_told_both_times() {
    let mut readiness = None;
    let stage = Stage::new(
        |_| {},
        |controller| {
            readiness = Some(controller.readiness());
            controller
        },
    );
    let readiness = readiness.expect("it was asked for");
    stage.create("default", "before").await;
    stage.calls.wait(1).await;
    for round in 1..=2 {
        // Well for longer than a moment.
        tokio::time::sleep(Duration::from_mins(5)).await;
        stage.cluster.faults().every().verb("watch").resource("pods").status(403);
        stage.cluster.faults().every().verb("list").resource("pods").status(403);
        stage.cluster.faults().watches().resource("pods").fail(403);
        stage.cluster.requests().clear();
        tokio::time::sleep(Duration::from_mins(30)).await;
        let tries = stage.cluster.requests().all().len();
        assert!((20..60).contains(&tries), "{tries} tries: seldom more than one a minute");
        let warnings = stage.log.warnings();
        assert_eq!(warnings.len(), round, "{warnings:#?}");
        assert!(warnings[round - 1].field("error").contains("not allowed (403)"));
        assert!(!readiness.is_ready(), "what cannot follow is not ready");
        stage.create("default", &format!("meanwhile-{round}")).await;
        stage.cluster.faults().clear();
        stage.calls.wait(1 + round).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(stage.recoveries(), round);
        assert!(readiness.is_ready());
    }
    assert_eq!(
        stage.calls.wait(3).await,
        ["add default/before", "add default/meanwhile-1", "add default/meanwhile-2"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_streaming_list_that_was_whole_is_watched_on_after_trouble_not_listed_again() {
    let stage = Stage::new(|_| {}, |controller| controller.streaming_lists(true));
    stage.create("default", "before").await;
    stage.calls.wait(1).await;
    stage.cluster.faults().every().verb("watch").resource("pods").status(403);
    stage.cluster.faults().watches().resource("pods").fail(403);
    stage.only_warning().await;
    stage.create("default", "meanwhile").await;
    stage.cluster.faults().clear();
    assert_eq!(stage.calls.wait(2).await[1], "add default/meanwhile");
    let is_list = |request: &RecordedRequest| request.query_value("sendInitialEvents").is_some();
    assert_eq!(stage.cluster.requests().matching(is_list).len(), 1);
    assert_eq!(stage.cluster.requests().count("list", "pods"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_watch_goes_on_from_its_last_bookmark() {
    let stage = Stage::new(|_| {}, |controller| controller);
    stage.create("default", "web").await;
    stage.calls.wait(1).await;
    let maps: Api<ConfigMap> = Api::default_namespaced(stage.cluster.client());
    for number in 0..20 {
        let mut map = ConfigMap::default();
        map.metadata.name = Some(format!("map-{number}"));
        maps.create(&PostParams::default(), &map).await.expect("created");
    }
    // A bookmark comes each minute, and tells of no more than the watch knew when it slept.
    tokio::time::sleep(Duration::from_mins(3)).await;
    // From the pod's own version there would be no going on.
    stage.cluster.faults().compact();
    stage.cluster.faults().watches().drop_connections();
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(stage.cluster.requests().count("watch", "pods"), 2);
    assert_eq!(stage.cluster.requests().count("list", "pods"), 1, "nothing had to be listed again");
}

#[tokio::test(start_paused = true)]
async fn a_streaming_list_that_was_silent_is_tried_again_after_an_hour_and_one_that_was_refused_is_not() {
    let effects: [(Effect, usize); 2] = [(|fault| fault.hang(), 1), (|fault| fault.status(400), 0)];
    for (effect, again) in effects {
        let stage = Stage::new(
            |cluster| {
                effect(
                    cluster
                        .faults()
                        .next(1)
                        .verb("watch")
                        .query("sendInitialEvents", "true")
                        .resource("pods"),
                );
            },
            |controller| controller.streaming_lists(true),
        );
        let lists = || {
            let is_stream = |request: &RecordedRequest| request.query_value("sendInitialEvents").is_some();
            let requests = stage.cluster.requests();
            (requests.matching(is_stream).len(), requests.count("list", "pods"))
        };
        let list_again = async || {
            stage.cluster.faults().watches().resource("pods").fail(410);
            tokio::time::sleep(Duration::from_mins(1)).await;
        };
        stage.create("default", "web").await;
        stage.calls.wait(1).await;
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert_eq!(lists(), (1, 1), "it was read by pages");
        list_again().await;
        assert_eq!(lists(), (1, 2), "and so is the next, soon after");
        tokio::time::sleep(Duration::from_hours(1)).await;
        list_again().await;
        assert_eq!(lists(), (1 + again, 3 - again), "after an hour");
        list_again().await;
        assert_eq!(lists(), (1 + again * 2, 4 - again * 2), "and from there on");
        stage.running.stop().await.expect("drained");
    }
}

/// An answer that is well by its status code.
fn ok(body: impl http_body::Body<Data = Bytes, Error = kube::Error> + Send + 'static) -> Answer {
    http::Response::new(body.boxed_unsync())
}

/// A controller whose first four requests of a kind are answered so: it tells of the error, and goes on.
async fn answered_so(what: &'static str, answer: fn() -> Answer, error: &str) {
    let cluster = Cluster::new();
    let (log, _guard) = Log::install();
    let answered = Arc::new(AtomicU64::new(0));
    let client = replaced(cluster.client(), {
        let answered = answered.clone();
        move |request| {
            let query = request.uri().query().unwrap_or_default();
            let wanted = match what {
                "list" => !query.contains("watch=true"),
                "streaming list" => query.contains("sendInitialEvents"),
                _ => query.contains("watch=true") && !query.contains("sendInitialEvents"),
            };
            (wanted && answered.fetch_add(1, Ordering::Relaxed) < 4).then(answer)
        }
    });
    let (script, calls) = Script::new(|_| Act::Good);
    let controller = Controller::new(script).client(client).streaming_lists(what == "streaming list");
    let running = Running::start(controller);
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    if what == "watch" {
        // The list has told of it; the watch that follows it is what is answered so.
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    assert_eq!(calls.wait(1).await, ["add default/web"], "{what}");
    let warnings = log.warnings();
    assert!(warnings.iter().any(|line| line.field("error").contains(error)), "{what}: {warnings:#?}");
    assert!(answered.load(Ordering::Relaxed) >= 4, "{what}: it was asked again");
    running.stop().await.expect("drained");
}

#[tokio::test(start_paused = true)]
async fn a_status_under_200_is_taken_for_what_it_says() {
    fn forbidden() -> Answer {
        let status = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","message":"no","code":403}"#;
        ok(Full::new(Bytes::from_static(status.as_bytes())).map_err(|never| match never {}))
    }
    for what in ["list", "streaming list", "watch"] {
        answered_so(what, forbidden, "not allowed (403)").await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_without_an_end_is_not_read_for_ever() {
    /// The beginning of an object, and then blanks without end.
    fn endless(start: &'static str) -> Answer {
        let chunk = Bytes::from(vec![b'x'; 64 << 10]);
        let chunks = stream::repeat(chunk).map(Frame::data).map(Ok::<_, kube::Error>);
        let first = stream::iter([Ok(Frame::data(Bytes::from_static(start.as_bytes())))]);
        ok(StreamBody::new(first.chain(chunks)))
    }
    fn list() -> Answer {
        endless(r#"{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":""#)
    }
    fn watch() -> Answer {
        endless(r#"{"type":"ADDED","object":{"metadata":{"name":""#)
    }
    for (what, answer) in [("list", list as fn() -> Answer), ("streaming list", watch), ("watch", watch)] {
        answered_so(what, answer, "an object of more than 16777216 bytes").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_namespace_in_trouble_does_not_hold_up_another() {
    let stage = Stage::new(
        |cluster| cluster.faults().every().verb("list").namespace("kube-public").status(403),
        |controller| controller.namespaces(["kube-public", "default"]),
    );
    stage.create("kube-public", "waits").await;
    stage.create("default", "web").await;
    assert_eq!(stage.calls.wait(1).await, ["add default/web"]);
    let warning = stage.only_warning().await;
    assert_eq!(warning.field("namespace"), "kube-public");
    assert!(warning.field("next_step").contains("-n kube-public"), "{warning:?}");
    stage.cluster.faults().clear();
    assert_eq!(stage.calls.wait(2).await[1], "add kube-public/waits");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_away_at_the_start_is_waited_for() {
    let stage = Stage::new(|cluster| cluster.faults().every().refuse(), |controller| controller);
    let warning = stage.only_warning().await;
    assert_eq!(warning.level, Level::WARN);
    stage.cluster.faults().clear();
    stage.create("default", "web").await;
    assert_eq!(stage.calls.wait(1).await, ["add default/web"]);
}

#[tokio::test(start_paused = true)]
async fn a_start_timeout_makes_an_error_of_a_server_that_refuses_and_of_one_that_is_silent() {
    for (effect, reason, next_step) in [
        (TROUBLES[1].0, "not allowed (403)", "kubectl auth can-i watch pods"),
        (TROUBLES[3].0, "cannot be reached", "kubectl cluster-info"),
        (TROUBLES[7].0, "has not answered yet", "start_timeout"),
    ] {
        let stage = Stage::new(
            |cluster| effect(cluster.faults().every()),
            |controller| controller.start_timeout(Duration::from_secs(20)),
        );
        let began = tokio::time::Instant::now();
        let error = stage.running.ended().await.expect_err("nothing could be listed");
        assert_eq!(began.elapsed().as_secs(), 20);
        assert_eq!(error.kind(), ErrorKind::Start);
        assert!(error.downcast_ref::<StartError>().is_some());
        let text = format!("{error:?}");
        assert!(text.starts_with("pods could not be listed within 20s"), "{text}");
        assert!(text.contains(reason) && text.contains(next_step), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_timeout_does_not_end_a_controller_that_has_listed_once() {
    let stage = Stage::new(|_| {}, |controller| controller.start_timeout(Duration::from_secs(20)));
    stage.cluster.faults().watches().opened(1).await;
    stage.cluster.faults().every().refuse();
    stage.cluster.faults().watches().drop_connections();
    tokio::time::sleep(Duration::from_mins(10)).await;
    stage.cluster.faults().clear();
    stage.create("default", "web").await;
    assert_eq!(stage.calls.wait(1).await, ["add default/web"]);
    stage.running.stop().await.expect("drained");
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_does_not_exist_is_one_warning_and_none_where_one_may_not_ask() {
    for (forbidden, warnings) in [(false, 1), (true, 0)] {
        let stage = Stage::new(
            |cluster| {
                if forbidden {
                    cluster.faults().every().verb("get").resource("namespaces").status(403);
                }
            },
            |controller| controller.namespaces(["default", "nowhere"]),
        );
        stage.create("default", "web").await;
        stage.calls.wait(1).await;
        tokio::time::sleep(Duration::from_hours(1)).await;
        let told = stage.log.warnings();
        assert_eq!(told.len(), warnings, "{told:#?}");
        assert_eq!(stage.cluster.requests().count("get", "namespaces"), 2, "one GET each, at the start");
        if let [warning] = &told[..] {
            assert_eq!(warning.field("namespace"), "nowhere");
            assert!(warning.field("next_step").contains("kubectl create namespace nowhere"), "{warning:?}");
        }
    }
}

struct Maps;

#[controller(resource = ConfigMap)]
impl Maps {
    async fn add(&self, _map: ConfigMap) -> kooper::Result {
        Ok(())
    }
}

struct Nodes;

#[controller(resource = k8s_openapi::api::core::v1::Node)]
impl Nodes {
    async fn add(&self, _node: k8s_openapi::api::core::v1::Node) -> kooper::Result {
        Ok(())
    }
}

async fn is_refused<H: kooper::Runnable>(controller: Controller<H>, message: &str, next_step: &str) {
    let cluster = Cluster::new();
    let error = controller.client(cluster.client()).run_until(std::future::pending::<()>()).await;
    let error = error.expect_err(message);
    assert_eq!(error.kind(), ErrorKind::Config, "{message}");
    assert!(error.downcast_ref::<ConfigError>().is_some());
    assert!(error.to_string().contains(message), "{message}: {error}");
    assert!(error.next_step().is_some_and(|step| step.contains(next_step)), "{next_step}: {error:?}");
    assert!(cluster.requests().all().is_empty(), "{message}: the server was asked");
}

#[tokio::test]
async fn what_can_never_work_is_refused_before_the_server_is_asked() {
    let maps = || Controller::new(Maps);
    let second = Duration::from_secs(1);
    is_refused(maps().labels("app in web"), "is not a label selector", "kubectl get -l").await;
    is_refused(maps().labels(""), "is not a label selector: it is empty", "kubectl get -l").await;
    is_refused(maps().labels("app=web,,b"), "is not a label selector", "kubectl get -l").await;
    is_refused(maps().fields("metadata.name"), "is not a field selector", "--field-selector").await;
    is_refused(maps().fields("a in (b)"), "is not a field selector", "--field-selector").await;
    is_refused(maps().name("Not A Name"), "`Not A Name` cannot be a controller name", "pod-printer").await;
    is_refused(maps().name(""), "cannot be a controller name", "pod-printer").await;
    is_refused(maps().namespaces("Prod"), "`Prod` cannot be a namespace", "pod-printer").await;
    is_refused(maps().namespaces(["a", ""]), "`` cannot be a namespace", "pod-printer").await;
    is_refused(maps().workers(0), "`workers` must be at least 1", "range").await;
    is_refused(maps().timeout(Duration::ZERO), "`timeout` must be longer", "range").await;
    is_refused(maps().resync(second / 2), "`resync` must be at least 1s", "range").await;
    is_refused(maps().debounce(Duration::ZERO), "`debounce` must be longer", "range").await;
    is_refused(maps().debounce(second * 180), "`debounce` (180s) must be shorter than `resync`", "range")
        .await;
    is_refused(maps().rate_limit(RateLimit::new(0, second)), "`rate_limit` needs a count", "range").await;
    is_refused(maps().backoff(Backoff::new(second, second, 0.5, 0.0)), "`backoff` needs a `factor`", "range")
        .await;
    is_refused(Controller::new(Nodes).namespaces("x"), "`Node` is cluster-scoped", "remove `namespace`")
        .await;
}

#[tokio::test(start_paused = true)]
async fn requests_say_who_asks() {
    let stage = Stage::new(|_| {}, |controller| controller);
    let watch = stage.cluster.requests().wait_for(|request| request.is("watch", "pods")).await;
    assert!(watch.user_agent.as_deref().is_some_and(|agent| agent.starts_with("kooper/")), "{watch:?}");
}
