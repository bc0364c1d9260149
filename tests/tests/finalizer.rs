//! Finalizers: an object is kept until its `finalize` has succeeded.

use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Context, Controller, Error, ObjectKey, Requeue, controller,
    testing::{Cluster, Traces},
};
use kooper_tests::{Running, pod};
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams},
    core::PartialObjectMeta,
};
use serde_json::json;
use std::time::Duration;
use tokio::sync::mpsc;

const SECOND: Duration = Duration::from_secs(1);
const FINALIZER: &str = "example.com/address";

/// Tells of each call, with the finalizers that the object carries in it.
struct Addresses(mpsc::UnboundedSender<String>);

#[controller(resource = Pod, finalizer = FINALIZER, backoff = "1s", resync = "never")]
impl Addresses {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let held = pod.metadata.finalizers.unwrap_or_default();
        Ok(self.0.send(format!("add {} {held:?}", ctx.key().name()))?)
    }

    async fn finalize(&self, ctx: Context, pod: Pod) -> kooper::Result<Requeue> {
        let ending = pod.metadata.deletion_timestamp.is_some();
        self.0.send(format!("finalize {} {ending} {}", ctx.key().name(), ctx.attempt()))?;
        match ctx.key().name() {
            "fails" if ctx.attempt() == 1 => Err(Error::msg("still in use")),
            "waits" if ctx.trigger() != kooper::Trigger::Requeue => Ok(Requeue::after(SECOND * 30)),
            _ => Ok(Requeue::none()),
        }
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        Ok(self.0.send(format!("delete {}", key.name()))?)
    }
}

struct World {
    cluster: Cluster,
    pods: Api<Pod>,
    called: mpsc::UnboundedReceiver<String>,
    running: Running,
    traces: Traces,
    _recording: tracing::subscriber::DefaultGuard,
}

impl World {
    async fn with(names: &[&str], set: impl FnOnce(Controller<Addresses>) -> Controller<Addresses>) -> Self {
        // Beside tests that record, each has to.
        let traces = Traces::new();
        let recording = traces.install();
        let cluster = Cluster::new();
        let pods: Api<Pod> = Api::default_namespaced(cluster.client());
        for name in names {
            pods.create(&PostParams::default(), &pod(name)).await.expect("created");
        }
        let (calls, called) = mpsc::unbounded_channel();
        let running = Running::start(set(Controller::new(Addresses(calls)).client(cluster.client())));
        Self { cluster, pods, called, running, traces, _recording: recording }
    }

    async fn expect(&mut self, calls: &[&str]) {
        for call in calls {
            let called = tokio::time::timeout(SECOND * 600, self.called.recv()).await;
            assert_eq!(called.unwrap_or_else(|_| panic!("no {call}")).as_deref(), Some(*call));
        }
    }

    async fn delete(&self, name: &str) {
        self.pods.delete(name, &DeleteParams::default().grace_period(0)).await.expect("deleted");
    }

    async fn finalizers(&self, name: &str) -> Option<Vec<String>> {
        self.pods.get(name).await.expect("it exists").metadata.finalizers
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_is_held_before_its_first_add_and_let_go_after_finalize() {
    let mut world = World::with(&["a"], |controller| controller).await;
    world.expect(&["add a [\"example.com/address\"]"]).await;
    // What the watch tells of the finalizer itself is no second run.
    tokio::time::sleep(SECOND).await;
    assert!(world.called.is_empty());
    world.delete("a").await;
    world.expect(&["finalize a true 1", "delete a"]).await;
    assert!(world.pods.get_opt("a").await.expect("an answer").is_none());
    world.running.stop().await.expect("drained");

    let trace = world.traces.of("default/a");
    let attempts = trace.attempts();
    assert_eq!(attempts.len(), 3);
    let finalize = attempts[1].span("handleFinalizeObject");
    assert_eq!(finalize.logs(), ["event=finalize, kubernetes.object.key=default/a"]);
    assert_eq!(finalize.attr("kubernetes.object.key"), "default/a");
    assert!(finalize.attr("code.file.path").as_str().is_some_and(|file| file.ends_with("finalizer.rs")));
    // The two patches are calls like any other.
    assert_eq!(attempts[0].span("handleAddObject").children()[0].name(), "patch pods");
    assert_eq!(finalize.children()[0].name(), "patch pods");
}

#[tokio::test(start_paused = true)]
async fn finalize_is_tried_again_until_it_succeeds_and_may_ask_for_time() {
    let mut world = World::with(&["fails"], |controller| controller).await;
    world.expect(&["add fails [\"example.com/address\"]"]).await;
    world.delete("fails").await;
    world.expect(&["finalize fails true 1"]).await;
    assert_eq!(world.finalizers("fails").await, Some(vec![FINALIZER.to_owned()]));
    world.expect(&["finalize fails true 2", "delete fails"]).await;

    world.pods.create(&PostParams::default(), &pod("waits")).await.expect("created");
    world.expect(&["add waits [\"example.com/address\"]"]).await;
    world.delete("waits").await;
    world.expect(&["finalize waits true 1"]).await;
    tokio::time::sleep(SECOND * 20).await;
    assert_eq!(world.finalizers("waits").await, Some(vec![FINALIZER.to_owned()]));
    world.expect(&["finalize waits true 1", "delete waits"]).await;
}

#[tokio::test(start_paused = true)]
async fn finalizers_of_others_are_kept_and_waited_for() {
    let mut world = World::with(&[], |controller| controller).await;
    let mut shared = pod("shared");
    shared.metadata.finalizers = Some(vec!["example.com/first".into()]);
    world.pods.create(&PostParams::default(), &shared).await.expect("created");
    world.expect(&["add shared [\"example.com/first\", \"example.com/address\"]"]).await;
    world.delete("shared").await;
    world.expect(&["finalize shared true 1"]).await;
    tokio::time::sleep(SECOND * 60).await;
    assert_eq!(world.finalizers("shared").await, Some(vec!["example.com/first".to_owned()]));
    // What happens to it meanwhile is none of this controller's business any more.
    let patch = Patch::Merge(json!({ "metadata": { "annotations": { "a": "b" } } }));
    world.pods.patch("shared", &PatchParams::default(), &patch).await.expect("changed");
    tokio::time::sleep(SECOND).await;
    assert!(world.called.is_empty());
    let free = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    world.pods.patch("shared", &PatchParams::default(), &free).await.expect("freed");
    world.expect(&["delete shared"]).await;
}

#[tokio::test(start_paused = true)]
async fn an_object_whose_deletion_began_before_it_was_held_is_left_alone() {
    let mut world = World::with(&[], |controller| controller).await;
    let mut late = pod("late");
    late.metadata.finalizers = Some(vec!["example.com/first".into()]);
    world.running.stop().await.expect("drained");
    world.pods.create(&PostParams::default(), &late).await.expect("created");
    world.pods.delete("late", &DeleteParams::default().grace_period(0)).await.expect("deleted");
    let (calls, called) = mpsc::unbounded_channel();
    let running = Running::start(Controller::new(Addresses(calls)).client(world.cluster.client()));
    world.called = called;
    tokio::time::sleep(SECOND * 60).await;
    let free = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    world.pods.patch("late", &PatchParams::default(), &free).await.expect("freed");
    tokio::time::sleep(SECOND * 60).await;
    running.stop().await.expect("drained");
    assert_eq!(world.called.recv().await, None, "neither `add` nor `finalize` nor `delete`");
}

#[tokio::test(start_paused = true)]
async fn the_filter_has_no_say_over_an_object_that_is_held() {
    let wanted = |pod: &Pod| pod.metadata.labels.as_ref().is_some_and(|labels| !labels.contains_key("off"));
    let mut world = World::with(&["held", "never"], |controller| {
        controller.filter(move |pod: &Pod| wanted(pod) && pod.metadata.name.as_deref() != Some("never"))
    })
    .await;
    world.expect(&["add held [\"example.com/address\"]"]).await;
    tokio::time::sleep(SECOND).await;
    assert_eq!(world.finalizers("never").await, None);
    let off = Patch::Merge(json!({ "metadata": { "labels": { "off": "yes" } } }));
    world.pods.patch("held", &PatchParams::default(), &off).await.expect("labelled");
    world.delete("held").await;
    world.expect(&["finalize held true 1", "delete held"]).await;
}

#[tokio::test(start_paused = true)]
async fn of_two_writers_one_looks_again_and_no_finalizer_is_lost() {
    struct Races(mpsc::UnboundedSender<()>);
    #[controller(resource = Pod, finalizer = "example.com/races", retries = 0, resync = "never")]
    impl Races {
        async fn add(&self, _pod: Pod) -> kooper::Result {
            Ok(self.0.send(())?)
        }

        /// Another writer changes the list of finalizers while this one is at work.
        async fn finalize(&self, ctx: Context, _pod: Pod) -> kooper::Result {
            let pods: Api<Pod> = Api::default_namespaced(ctx.client());
            let both = json!({ "metadata": { "finalizers": ["example.com/other", "example.com/races"] } });
            let patch = Patch::Merge(both);
            pods.patch(ctx.key().name(), &PatchParams::default(), &patch).await.map(drop).map_err(Error::from)
        }
    }
    let cluster = Cluster::new();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    let mut raced = pod("raced");
    raced.metadata.finalizers = Some(vec!["example.com/other".into(), "example.com/third".into()]);
    pods.create(&PostParams::default(), &raced).await.expect("created");
    let (added, mut adds) = mpsc::unbounded_channel();
    let _running = Running::start(Controller::new(Races(added)).client(cluster.client()));
    adds.recv().await.expect("added");
    pods.delete("raced", &DeleteParams::default().grace_period(0)).await.expect("deleted");
    tokio::time::sleep(SECOND * 10).await;
    let left = pods.get("raced").await.expect("it is held by the other").metadata.finalizers;
    assert_eq!(left, Some(vec!["example.com/other".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_finalizer_that_may_not_be_written_fails_the_attempt_before_add_and_says_why() {
    let world = World::with(&[], |controller| controller.retries(0)).await;
    world.cluster.faults().next(1).resource("pods").verb("patch").status(403);
    world.pods.create(&PostParams::default(), &pod("a")).await.expect("created");
    world.traces.wait(|traces| traces.of("default/a").attempts().len() == 1).await;
    let root = world.traces.of("default/a").attempts()[0].root();
    let why = root.error().expect("it failed");
    assert!(why.contains("example.com/address") && why.contains("grant `patch` on `pods`"), "{why}");
    assert!(world.called.is_empty());
}

#[tokio::test(start_paused = true)]
async fn without_the_finalizer_nothing_is_held_whatever_the_attribute_says() {
    let mut world = World::with(&["free"], |controller| controller.finalizer(None)).await;
    world.expect(&["add free []"]).await;
    world.delete("free").await;
    world.expect(&["delete free"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_controller_of_metadata_alone_can_hold_its_objects_too() {
    struct Slim(mpsc::UnboundedSender<String>);
    #[controller(resource = PartialObjectMeta<Pod>, name = "slim", finalizer = FINALIZER, resync = "never")]
    impl Slim {
        async fn add(&self, pod: PartialObjectMeta<Pod>) -> kooper::Result {
            Ok(self.0.send(format!("add {:?}", pod.metadata.finalizers.unwrap_or_default()))?)
        }

        async fn finalize(&self, _pod: PartialObjectMeta<Pod>) -> kooper::Result {
            Ok(self.0.send("finalize".into())?)
        }
    }
    let cluster = Cluster::new();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("a")).await.expect("created");
    let (calls, mut called) = mpsc::unbounded_channel();
    let _running = Running::start(Controller::new(Slim(calls)).client(cluster.client()));
    assert_eq!(called.recv().await.as_deref(), Some("add [\"example.com/address\"]"));
    pods.delete("a", &DeleteParams::default().grace_period(0)).await.expect("deleted");
    assert_eq!(called.recv().await.as_deref(), Some("finalize"));
}
