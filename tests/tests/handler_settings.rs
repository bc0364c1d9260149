//! What one handler says of itself, `#[handler(..)]`, and what is recorded, `span(..)`.

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{
    Attempts, Backoff, Context, Controller, Error, Handler, ObjectKey, Spec, controller, site,
    testing::{Cluster, RecordedSpan, Traces},
    trace::Spans,
};
use kooper_tests::{Running, pod};
use kube::{
    Api,
    api::{DeleteParams, PostParams},
};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tracing::level_filters::LevelFilter;

const SECOND: Duration = Duration::from_secs(1);
const KEY: &str = "default/web";

/// Fails, each handler in its own way.
struct Failing;

#[controller(resource = Pod, retries = 1, backoff = "1s", timeout = "10s", resync = "never")]
impl Failing {
    #[handler(retries = 3, backoff = "100ms")]
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        if ctx.is_last_attempt() { Ok(()) } else { Err(Error::msg("not yet")) }
    }

    #[handler(timeout = "2s")]
    async fn delete(&self, _key: ObjectKey) -> kooper::Result {
        std::future::pending().await
    }
}

/// A controller on a cluster of its own, with a recorder of its traces.
struct Stage {
    pods: Api<Pod>,
    traces: Traces,
    _recording: tracing::subscriber::DefaultGuard,
    _running: Running,
}

impl Stage {
    async fn new<H: kooper::Runnable>(controller: Controller<H>) -> Self {
        let cluster = Cluster::new();
        let traces = Traces::new();
        let recording = traces.install();
        let running = Running::start(controller.client(cluster.client()));
        let pods = Api::default_namespaced(cluster.client());
        pods.create(&PostParams::default(), &pod("web")).await.expect("created");
        Self { pods, traces, _recording: recording, _running: running }
    }

    async fn roots(&self, count: usize) -> Vec<RecordedSpan> {
        self.traces.wait(|traces| traces.of(KEY).attempts().len() >= count).await;
        self.traces.of(KEY).attempts().iter().map(kooper::testing::RecordedTrace::root).collect()
    }

    async fn child(&self, at: usize) -> RecordedSpan {
        self.roots(at + 1).await.remove(at).children().remove(0)
    }
}

fn outcomes(roots: &[RecordedSpan]) -> Vec<String> {
    roots.iter().map(|root| root.attr("kooper.outcome").as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_handler_has_retries_backoff_and_timeout_of_its_own() {
    let began = tokio::time::Instant::now();
    let stage = Stage::new(Controller::new(Failing)).await;
    assert_eq!(outcomes(&stage.roots(4).await), ["retried", "retried", "retried", "done"]);
    assert!(began.elapsed() < SECOND, "three times 100 ms: {:?}", began.elapsed());

    stage.pods.delete("web", &DeleteParams::default().grace_period(0)).await.expect("deleted");
    let began = tokio::time::Instant::now();
    let roots = stage.roots(6).await;
    assert_eq!(outcomes(&roots[4..]), ["retried", "given_up"]);
    assert_eq!(roots[4].error().as_deref(), Some("handler timed out after 2s"));
    // Two timeouts of its own, one backoff of the controller.
    assert_eq!(began.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_setter_wins_over_what_a_handler_says_and_what_it_leaves_out_is_the_controllers() {
    let controller = Controller::new(Failing).add_attempts(Attempts::new().timeout(None));
    let stage = Stage::new(controller.retries(2)).await;
    assert_eq!(outcomes(&stage.roots(3).await), ["retried", "retried", "done"]);
    stage.pods.delete("web", &DeleteParams::default().grace_period(0)).await.expect("deleted");
    let roots = stage.roots(6).await;
    assert_eq!(outcomes(&roots[3..]), ["retried", "retried", "given_up"]);
}

#[tokio::test]
async fn attempts_that_cannot_work_are_refused_before_anything_runs() {
    for (attempts, word) in [
        (Attempts::new().timeout(Duration::ZERO), "timeout"),
        (Attempts::new().backoff(Backoff::new(SECOND, SECOND, 0.5, 0.0)), "factor"),
    ] {
        let controller = Controller::new(Failing).client(Cluster::new().client());
        let ended = controller.finalize_attempts(attempts).run_until(std::future::ready(())).await;
        let error = ended.expect_err(word);
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn the_attribute_says_what_a_spec_by_hand_says() {
    let own = Attempts::new().retries(3).backoff(Backoff::constant(SECOND / 10));
    let spec = Failing::spec();
    let again: Spec = spec.clone().add_attempts(own).delete_attempts(Attempts::new().timeout(SECOND * 2));
    assert_eq!(spec, again);
}

/// Records more than the contract asks for.
struct Recording {
    zone: &'static str,
    seen: Mutex<Vec<String>>,
}

const LOUDER: tracing::Level = tracing::Level::WARN;

#[controller(
    resource = Pod,
    resync = "never",
    retries = 1,
    backoff = "1s",
    span(name = "handlePod", target = "ops::pods", err = "off", fields(team = "infra", zone = self.zone)),
)]
impl Recording {
    #[handler(span(name = "add", level = LOUDER, fields(node = ?pod.metadata.name, asked = %self.ask(&pod), attempt.no = i64::from(ctx.attempt()), later, team = "web")))]
    async fn add(&self, ctx: Context, mut pod: Pod) -> kooper::Result {
        pod.metadata.name = None;
        tracing::Span::current().record("later", "now");
        if ctx.attempt() == 1 { Err(Error::msg("not yet")) } else { Ok(()) }
    }

    #[handler(span(level = "off"))]
    async fn delete(&self, _key: ObjectKey) -> kooper::Result {
        tracing::info_span!("inside").in_scope(|| Err(Error::msg("never")))
    }
}

impl Recording {
    fn new() -> Self {
        Self { zone: "z1", seen: Mutex::default() }
    }

    fn ask(&self, pod: &Pod) -> String {
        let name = pod.metadata.name.clone().unwrap_or_default();
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(name.clone());
        format!("<{name}>")
    }
}

#[tokio::test(start_paused = true)]
async fn names_levels_and_fields_are_recorded_as_they_were_asked_for() {
    let stage = Stage::new(Controller::new(Recording::new())).await;
    let roots = stage.roots(2).await;
    assert_eq!(roots[0].name(), "handlePod");
    let child = stage.child(0).await;
    assert_eq!(child.name(), "add");
    for (name, value) in
        [("node", "Some(\"web\")"), ("asked", "<web>"), ("later", "now"), ("team", "web"), ("zone", "z1")]
    {
        assert_eq!(child.attr(name).as_str(), Some(value), "{name}");
    }
    assert_eq!(child.attr("attempt.no"), 1);
    let metadata = format!("{:?}", Recording::spans());
    assert!(metadata.contains("ops::pods") && metadata.contains("WARN"), "{metadata}");
}

#[tokio::test(start_paused = true)]
async fn a_handler_without_a_span_stands_in_the_root_and_fails_once() {
    let stage = Stage::new(Controller::new(Recording::new())).await;
    stage.roots(2).await;
    stage.pods.delete("web", &DeleteParams::default().grace_period(0)).await.expect("deleted");
    let root = stage.roots(3).await.remove(2);
    let child = stage.child(2).await;
    assert_eq!(child.name(), "inside");
    let errors = root.logs().iter().filter(|log| log.starts_with("event=error")).count();
    assert_eq!(errors, 1, "{:?}", root.logs());
}

#[tokio::test(start_paused = true)]
async fn fields_are_not_worked_out_where_nobody_listens() {
    let cluster = Cluster::new();
    // Somebody else may listen in this process, but not to this.
    let _deaf = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::default());
    let handler = std::sync::Arc::new(Recording::new());
    let (done, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let running = Running::start(Controller::new(Shared(handler.clone(), done)).client(cluster.client()));
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    ended.recv().await.expect("handled");
    running.stop().await.expect("drained");
    assert!(handler.seen.lock().unwrap_or_else(PoisonError::into_inner).is_empty());
}

/// Shares what it hands on to.
struct Shared(std::sync::Arc<Recording>, tokio::sync::mpsc::UnboundedSender<()>);

#[controller(resource = Pod)]
impl Shared {
    #[handler(span(fields(asked = %self.0.ask(&pod))))]
    async fn add(&self, pod: Pod) -> kooper::Result {
        drop(pod);
        Ok(self.1.send(())?)
    }
}

struct Silent(tokio::sync::mpsc::UnboundedSender<()>);

#[controller(resource = ConfigMap, span(level = "off"))]
impl Silent {
    async fn add(&self, _map: ConfigMap) -> kooper::Result {
        Ok(self.0.send(())?)
    }
}

static LOUD: Spans = Spans::new(
    &LOUD,
    site!("loud").level(LevelFilter::INFO),
    site!("handleAddObject"),
    site!("handleDeleteObject"),
);

#[tokio::test(start_paused = true)]
async fn spans_can_be_off_and_a_setter_wins_over_that() {
    for (loud, traces_wanted) in [(false, 0), (true, 1)] {
        let (cluster, traces) = (Cluster::new(), Traces::new());
        let _recording = traces.install();
        let (done, mut ended) = tokio::sync::mpsc::unbounded_channel();
        let controller = Controller::new(Silent(done)).client(cluster.client());
        let controller = if loud { controller.spans(&LOUD) } else { controller };
        let running = Running::start(controller);
        let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
        let mut map = ConfigMap::default();
        map.metadata.name = Some("web".into());
        maps.create(&PostParams::default(), &map).await.expect("created");
        ended.recv().await.expect("handled");
        running.stop().await.expect("drained");
        assert_eq!(traces.of(KEY).attempts().len(), traces_wanted);
    }
}
