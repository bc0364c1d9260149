//! Objects of other kinds: what is owned, and what leads to an object in another way.

use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kooper::{
    Context, Controller, ObjectKey, Source, controller,
    testing::{Cluster, RecordedRequest, Traces, protobuf::lacking},
};
use kooper_tests::{Running, pod};
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::mpsc;

const SECOND: Duration = Duration::from_secs(1);

/// Handles pods, also when a config map that they own changes, or a secret that they use.
struct Web {
    calls: mpsc::UnboundedSender<String>,
    /// Which pods use a secret.
    users: Mutex<BTreeMap<String, Vec<ObjectKey>>>,
}

#[controller(
    resource = Pod,
    namespace = "default",
    resync = "never",
    owns(ConfigMap, labels = "hidden!=yes"),
    watches(Secret, map = Self::users_of),
)]
impl Web {
    fn users_of(&self, secret: &Secret) -> Vec<ObjectKey> {
        assert!(secret.name_any() != "panics", "not today");
        let users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.get(&secret.name_any()).cloned().unwrap_or_default()
    }

    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        if let Some(secret) = pod.annotations().get("secret") {
            let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
            users.entry(secret.clone()).or_default().push(ctx.key().clone());
        }
        Ok(self.calls.send(format!("{} {}", ctx.key().name(), ctx.trigger()))?)
    }
}

struct World {
    cluster: Cluster,
    called: mpsc::UnboundedReceiver<String>,
    traces: Traces,
    _running: Running,
    _recording: tracing::subscriber::DefaultGuard,
}

impl World {
    /// With the pods `a` and `b`, of which `b` uses the secret `token`.
    async fn new(set: impl FnOnce(Controller<Web>) -> Controller<Web>) -> Self {
        let traces = Traces::new();
        let recording = traces.install();
        let cluster = Cluster::new();
        let pods: Api<Pod> = Api::default_namespaced(cluster.client());
        let mut b = pod("b");
        b.annotations_mut().insert("secret".into(), "token".into());
        for pod in [pod("a"), b] {
            pods.create(&PostParams::default(), &pod).await.expect("created");
        }
        let (calls, called) = mpsc::unbounded_channel();
        let web = Web { calls, users: Mutex::default() };
        let running = Running::start(set(Controller::new(web).client(cluster.client())));
        let mut world = Self { cluster, called, traces, _running: running, _recording: recording };
        let mut first = [world.next().await, world.next().await];
        first.sort();
        assert_eq!(first, ["a list", "b list"]);
        world
    }

    /// The next call, or `nothing` if there is none for a minute.
    async fn next(&mut self) -> String {
        let call = tokio::time::timeout(SECOND * 60, self.called.recv()).await;
        call.ok().flatten().unwrap_or_else(|| "nothing".into())
    }

    async fn uid(&self, name: &str) -> String {
        let pods: Api<Pod> = Api::default_namespaced(self.cluster.client());
        pods.get(name).await.expect("it is there").uid().unwrap_or_default()
    }

    /// Creates a config map that a pod is said to own.
    async fn own(&self, name: &str, owner: Value) {
        let map = json!({ "metadata": { "name": name, "ownerReferences": [owner] } });
        let map: ConfigMap = serde_json::from_value(map).expect("a config map");
        self.maps().create(&PostParams::default(), &map).await.expect("created");
    }

    fn maps(&self) -> Api<ConfigMap> {
        Api::default_namespaced(self.cluster.client())
    }

    async fn change(&self, name: &str, metadata: Value) {
        let patch = Patch::Merge(json!({ "metadata": metadata }));
        self.maps().patch(name, &PatchParams::default(), &patch).await.expect("changed");
    }
}

fn owner(kind: &str, name: &str, uid: &str, controller: bool) -> Value {
    json!({ "apiVersion": "v1", "kind": kind, "name": name, "uid": uid, "controller": controller })
}

#[tokio::test(start_paused = true)]
async fn an_object_is_handled_when_one_that_it_owns_comes_changes_and_goes() {
    let mut world = World::new(|controller| controller).await;
    let (a, b) = (world.uid("a").await, world.uid("b").await);
    world.own("of-a", owner("Pod", "a", &a, true)).await;
    assert_eq!(world.next().await, "a owned");
    world.change("of-a", json!({ "labels": { "x": "y" } })).await;
    assert_eq!(world.next().await, "a owned");
    // Another owner: both the one that it had and the one that it has.
    world.change("of-a", json!({ "ownerReferences": [owner("Pod", "b", &b, true)] })).await;
    let mut both = [world.next().await, world.next().await];
    both.sort();
    assert_eq!(both, ["a owned", "b owned"]);
    world.maps().delete("of-a", &DeleteParams::default()).await.expect("deleted");
    assert_eq!(world.next().await, "b owned");
    assert_eq!(world.next().await, "nothing");
    let root = world.traces.of("default/b").attempts()[1].root();
    assert_eq!(root.attr("kooper.trigger"), "owned");
    assert_eq!(root.attr("kubernetes.object.kind"), "Pod");
}

#[tokio::test(start_paused = true)]
async fn only_a_controlling_owner_of_the_controllers_kind_and_a_selected_object_count() {
    let mut world = World::new(|controller| controller).await;
    let a = world.uid("a").await;
    world.own("not-controlling", owner("Pod", "a", &a, false)).await;
    world.own("of-another-kind", owner("Service", "a", &a, true)).await;
    let unknown = owner("Pod", "nobody", &a, true);
    let hidden = json!({ "metadata": {
        "name": "hidden", "labels": { "hidden": "yes" }, "ownerReferences": [owner("Pod", "a", &a, true)],
    } });
    let hidden: ConfigMap = serde_json::from_value(hidden).expect("a config map");
    world.maps().create(&PostParams::default(), &hidden).await.expect("created");
    world.own("of-nobody", unknown).await;
    assert_eq!(world.next().await, "nothing");
}

#[tokio::test(start_paused = true)]
async fn of_what_is_owned_the_metadata_alone_is_asked_for() {
    let world = World::new(|controller| controller).await;
    let watch = world.cluster.requests().wait_for(|request| request.is("watch", "configmaps")).await;
    assert_eq!(watch.namespace.as_deref(), Some("default"), "the controller's own namespaces");
    assert_eq!(watch.query_value("labelSelector").as_deref(), Some("hidden!=yes"));
    let accept = watch.accept.clone().unwrap_or_default();
    assert!(accept.contains("as=PartialObjectMetadata"), "{accept}");
}

#[tokio::test(start_paused = true)]
async fn an_object_is_handled_when_one_changes_that_a_function_leads_from() {
    let mut world = World::new(|controller| controller).await;
    let secrets: Api<Secret> = Api::default_namespaced(world.cluster.client());
    let secret = |name: &str| -> Secret {
        serde_json::from_value(json!({ "metadata": { "name": name } })).expect("a secret")
    };
    // One that panics in `map`, and one that nobody uses, hold up nothing.
    for name in ["panics", "unused", "token"] {
        secrets.create(&PostParams::default(), &secret(name)).await.expect("created");
    }
    assert_eq!(world.next().await, "b related");
    world.cluster.put(json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "broken", "namespace": "default" }, "data": 7,
    }));
    let patch = Patch::Merge(json!({ "stringData": { "x": "y" } }));
    secrets.patch("token", &PatchParams::default(), &patch).await.expect("changed");
    assert_eq!(world.next().await, "b related");
    secrets.delete("token", &DeleteParams::default()).await.expect("deleted");
    assert_eq!(world.next().await, "b related");
    assert_eq!(world.next().await, "nothing");
}

#[tokio::test(start_paused = true)]
async fn what_went_while_the_stream_was_down_is_found_by_the_next_list() {
    let mut world = World::new(|controller| controller).await;
    let a = world.uid("a").await;
    world.own("of-a", owner("Pod", "a", &a, true)).await;
    assert_eq!(world.next().await, "a owned");
    assert!(world.cluster.faults().vanish("configmaps", &ObjectKey::namespaced("default", "of-a")));
    let faults = world.cluster.faults();
    // The first watch began with everything, and goes on where it was; the next one lists anew.
    for opened in [2, 3] {
        faults.watches().resource("configmaps").fail(410);
        let watch = |request: &kooper::testing::RecordedRequest| request.is("watch", "configmaps");
        world.cluster.requests().wait_for_count(opened, watch).await;
        faults.watches().resource("configmaps").opened(1).await;
    }
    assert_eq!(world.next().await, "a owned");
}

#[tokio::test(start_paused = true)]
async fn one_stream_in_trouble_is_no_trouble_for_the_others() {
    let traces = Traces::new();
    let _recording = traces.install();
    let cluster = Cluster::new();
    cluster.faults().every().resource("configmaps").status(403);
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("a")).await.expect("created");
    let (calls, mut called) = mpsc::unbounded_channel();
    let controller = Controller::new(Web { calls, users: Mutex::default() }).client(cluster.client());
    let mut readiness = controller.readiness();
    let _running = Running::start(controller);
    assert_eq!(called.recv().await.as_deref(), Some("a list"));
    tokio::time::sleep(SECOND * 60).await;
    assert!(!readiness.is_ready(), "what is owned has not been read");
    cluster.faults().clear();
    readiness.ready().await;
}

#[tokio::test(start_paused = true)]
async fn sources_can_be_given_at_run_time() {
    let mut world = World::new(|controller| {
        let named_like_it =
            |map: &ConfigMap| map.namespace().map(|ns| ObjectKey::namespaced(&ns, &map.name_any()));
        controller.watches(Source::<ConfigMap>::new().fields("metadata.name=a"), named_like_it)
    })
    .await;
    for name in ["a", "b"] {
        let map: ConfigMap = serde_json::from_value(json!({ "metadata": { "name": name } })).expect("a map");
        world.maps().create(&PostParams::default(), &map).await.expect("created");
    }
    assert_eq!(world.next().await, "a related");
    assert_eq!(world.next().await, "nothing");
}

#[tokio::test(start_paused = true)]
async fn each_kind_is_read_in_the_best_encoding_that_it_can_be() {
    // The controller's own kind can't be read from protobuf without loss, as a custom resource can't.
    let world = World::new(|controller| lacking(controller, "core.v1.PodSpec", "restartPolicy")).await;
    for (resource, in_protobuf) in [("pods", false), ("configmaps", true), ("secrets", true)] {
        let read = |request: &RecordedRequest| request.is("list", resource) || request.is("watch", resource);
        let asked = world.cluster.requests().wait_for(read).await.accept.clone().unwrap_or_default();
        assert_eq!(asked.contains("protobuf"), in_protobuf, "{resource}: {asked}");
    }
}
