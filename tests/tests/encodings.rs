//! Which encoding a controller reads, and what it takes of it, on the embedded cluster.

use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Context, Controller, Encoding, Runnable, controller,
    testing::{Cluster, Traces, protobuf::lacking},
};
use kooper_tests::{Log, Running, next, pod};
use kube::{
    Api,
    api::{ApiResource, DynamicObject, ObjectMeta, PostParams},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{borrow::Cow, collections::BTreeSet, env, process::Command, sync::OnceLock};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Pods in a type of one's own.
macro_rules! resource {
    ($type:ty) => {
        impl kube::Resource for $type {
            type DynamicType = ();
            type Scope = kube::core::NamespaceResourceScope;

            fn kind((): &()) -> Cow<'_, str> {
                "Pod".into()
            }

            fn group((): &()) -> Cow<'_, str> {
                "".into()
            }

            fn version((): &()) -> Cow<'_, str> {
                "v1".into()
            }

            fn plural((): &()) -> Cow<'_, str> {
                "pods".into()
            }

            fn meta(&self) -> &ObjectMeta {
                &self.metadata
            }

            fn meta_mut(&mut self) -> &mut ObjectMeta {
                &mut self.metadata
            }
        }
    };
}

/// A pod of a newer Kubernetes than the table's.
#[derive(Debug, Clone, Deserialize)]
struct NewerPod {
    metadata: ObjectMeta,
    spec: NewerSpec,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewerSpec {
    warp_drive: Option<bool>,
}

resource!(NewerPod);

struct NewerPods(UnboundedSender<NewerPod>);

#[controller(resource = NewerPod, resync = "never")]
impl NewerPods {
    async fn add(&self, pod: NewerPod) -> kooper::Result {
        Ok(self.0.send(pod)?)
    }
}

struct Pods(UnboundedSender<(Pod, Value)>);

#[controller(resource = Pod, resync = "never")]
impl Pods {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let kept = ctx.store().get(ctx.key()).await.expect("it is known").decode()?;
        Ok(self.0.send((pod, kept))?)
    }
}

/// The encodings that were answered in.
fn answered(log: &Log) -> BTreeSet<String> {
    let answers = log.all().into_iter().filter(|line| line.message == "answered");
    answers.map(|line| line.field("encoding").to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_field_that_the_table_lacks_is_given_all_the_same_with_one_warning() {
    let cluster = Cluster::new();
    for name in ["a", "b"] {
        cluster.put(json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name, "namespace": "default" },
            "spec": { "containers": [], "warpDrive": true },
        }));
    }
    let (log, _logging) = Log::install();
    let (sink, mut seen) = unbounded_channel();
    let running = Running::start(Controller::new(NewerPods(sink)).client(cluster.client()));
    for _ in 0..2 {
        assert_eq!(next(&mut seen).await.spec.warp_drive, Some(true));
    }
    running.stop().await.expect("it drains");
    assert_eq!(answered(&log), ["json".into()].into());
    let warnings = log.warnings();
    let [warning] = &*warnings else { panic!("{warnings:?}") };
    assert!(warning.field("reason").contains("`warpDrive` of `NewerSpec`"), "{warning:?}");
}

/// What lists and watches of pods were asked for in, each once.
fn asked(cluster: &Cluster) -> BTreeSet<String> {
    let requests =
        cluster.requests().matching(|request| request.is("list", "pods") || request.is("watch", "pods"));
    requests.iter().map(|request| request.accept.clone().unwrap_or_default()).collect()
}

/// A cluster with one pod that says whether it is restarted.
fn with_pod() -> Cluster {
    let cluster = Cluster::new();
    cluster.put(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web", "namespace": "default" },
        "spec": { "containers": [], "restartPolicy": "Never", "nodeName": "one" },
    }));
    cluster
}

#[tokio::test(start_paused = true)]
async fn a_field_that_is_cut_from_the_table_is_given_all_the_same_with_one_warning() {
    for streaming in [true, false] {
        let cluster = with_pod();
        let (log, _logging) = Log::install();
        let (sink, mut seen) = unbounded_channel();
        let controller = Controller::new(Pods(sink)).streaming_lists(streaming).client(cluster.client());
        let running = Running::start(lacking(controller, "core.v1.PodSpec", "restartPolicy"));
        let policy = |(pod, _): (Pod, Value)| pod.spec.and_then(|spec| spec.restart_policy);
        assert_eq!(policy(next(&mut seen).await).as_deref(), Some("Never"));
        // And again by the list that follows.
        cluster.faults().watches().opened(1).await;
        let lists = cluster.requests().all().len();
        cluster.faults().watches().resource("pods").fail(410);
        cluster.requests().wait_for_count(lists + 1, |_| true).await;
        cluster.faults().watches().opened(1).await;
        running.stop().await.expect("it drains");

        let warnings = log.warnings();
        let [warning] = &*warnings else { panic!("{warnings:?}") };
        assert!(warning.field("type").ends_with("Pod"), "{warning:?}");
        assert!(warning.field("reason").contains("`restartPolicy` of `PodSpec`"), "{warning:?}");
        assert_eq!(asked(&cluster), ["application/json".into()].into());
        assert_eq!(answered(&log), ["json".into()].into());
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_table_needs_no_json_and_no_warning() {
    let cluster = with_pod();
    let (log, _logging) = Log::install();
    let (sink, mut seen) = unbounded_channel();
    let running = Running::start(Controller::new(Pods(sink)).client(cluster.client()));
    let (pod, _) = next(&mut seen).await;
    assert_eq!(pod.spec.and_then(|spec| spec.restart_policy).as_deref(), Some("Never"));
    running.stop().await.expect("it drains");
    assert_eq!((answered(&log), log.warnings()), (["protobuf".into()].into(), Vec::new()));
}

/// What one program needs of a pod.
#[derive(Debug, Clone, Deserialize)]
struct Placed {
    metadata: ObjectMeta,
    spec: Placement,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Placement {
    node_name: Option<String>,
}

resource!(Placed);

struct Placer(UnboundedSender<Placed>);

#[controller(resource = Placed, resync = "never")]
impl Placer {
    async fn add(&self, pod: Placed) -> kooper::Result {
        Ok(self.0.send(pod)?)
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_newer_than_the_table_loses_nothing_that_the_type_knows() {
    for streaming in [true, false] {
        let cluster = with_pod();
        let (log, _logging) = Log::install();
        let (sink, mut seen) = unbounded_channel();
        let controller = Controller::new(Placer(sink)).streaming_lists(streaming).client(cluster.client());
        let running = Running::start(lacking(controller, "core.v1.PodSpec", "restartPolicy"));
        let pod = next(&mut seen).await;
        assert_eq!((pod.metadata.name.as_deref(), pod.spec.node_name.as_deref()), (Some("web"), Some("one")));
        running.stop().await.expect("it drains");
        assert_eq!((answered(&log), log.warnings()), (["protobuf".into()].into(), Vec::new()));
    }
}

/// Runs a controller of pods over one pod with managed fields, until it was handled.
async fn handled(set: impl Fn(Controller<Pods>) -> Controller<Pods>) -> (Pod, Value) {
    let cluster = Cluster::new();
    let mut web = serde_json::to_value(pod("web")).expect("JSON");
    web["metadata"]["namespace"] = "default".into();
    web["metadata"]["managedFields"] =
        json!([{ "manager": "me", "operation": "Update", "fieldsV1": { "f:spec": {} } }]);
    cluster.put(web);
    let (sink, mut seen) = unbounded_channel();
    let running = Running::start(set(Controller::new(Pods(sink))).client(cluster.client()));
    let handled = next(&mut seen).await;
    running.stop().await.expect("it drains");
    handled
}

#[tokio::test(start_paused = true)]
async fn managed_fields_are_kept_where_that_is_asked_for_in_both_encodings() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let (with, kept) = handled(|controller| controller.encoding(encoding).managed_fields(true)).await;
        let fields = with.metadata.managed_fields.as_deref().expect("they are there");
        assert_eq!(fields[0].manager.as_deref(), Some("me"));
        assert_eq!(kept["metadata"]["managedFields"][0]["fieldsV1"], json!({ "f:spec": {} }));
        let (without, kept) = handled(|controller| controller.encoding(encoding)).await;
        assert!(without.metadata.managed_fields.is_none() && kept["metadata"].get("managedFields").is_none());
        assert_eq!(without.spec, with.spec, "{encoding:?}");
    }
}

/// Runs a controller until it warns, and gives the warning's error.
async fn warned<H: Runnable>(controller: Controller<H>) -> String {
    let (log, _logging) = Log::install();
    let running = Running::start(controller);
    let line = log.wait(|line| line.message.starts_with("cannot read")).await;
    running.stop().await.expect("it drains");
    line.field("error").to_owned()
}

#[tokio::test(start_paused = true)]
async fn an_object_larger_than_it_may_be_is_told_and_not_held() {
    let cluster = Cluster::new();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("it can be made");
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        for streaming in [true, false] {
            let (sink, mut seen) = unbounded_channel();
            let controller = Controller::new(Pods(sink)).encoding(encoding).streaming_lists(streaming);
            let error = warned(controller.max_object_size(300).client(cluster.client())).await;
            assert!(error.contains("more than 300 bytes") && error.contains("max_object_size"), "{error}");
            assert!(seen.recv().await.is_none(), "nothing was handled");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_that_lies_deeper_than_it_may_fails_alone() {
    // Two levels are a pod and its spec.
    for (levels, is_read) in [(2, false), (20, true)] {
        let (cluster, traces) = (Cluster::new(), Traces::new());
        let _recording = traces.install();
        let pods: Api<Pod> = Api::default_namespaced(cluster.client());
        pods.create(&PostParams::default(), &pod("deep")).await.expect("it can be made");
        let flat = json!({ "name": "flat", "namespace": "default" });
        cluster.put(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": flat }));
        let (sink, _seen) = unbounded_channel();
        let controller = Controller::new(Pods(sink)).max_object_depth(levels);
        let running = Running::start(controller.client(cluster.client()));
        let ended = |traces: &Traces, name| !traces.of(name).attempts().is_empty();
        traces.wait(|traces| ended(traces, "default/deep") && ended(traces, "default/flat")).await;
        let error = |name| traces.of(name).attempts()[0].root().error();
        assert_eq!(error("default/flat"), None);
        let is_deep = |error: String| {
            error.contains("core.v1.PodSpec.containers") && error.contains("`max_object_depth`")
        };
        assert_eq!(error("default/deep").map(is_deep), (!is_read).then_some(true));
        running.stop().await.expect("it drains");
    }
}

/// What a controller that says `encoding` was answered in.
async fn answered_to(encoding: Encoding) -> BTreeSet<String> {
    let cluster = with_pod();
    let (log, _logging) = Log::install();
    let (sink, mut seen) = unbounded_channel();
    let running = Running::start(Controller::new(Pods(sink)).encoding(encoding).client(cluster.client()));
    next(&mut seen).await;
    running.stop().await.expect("it drains");
    answered(&log)
}

#[tokio::test(start_paused = true)]
async fn what_the_operator_says_wins_over_the_program() {
    const NAME: &str = "what_the_operator_says_wins_over_the_program";
    const VARIABLE: &str = "KOOPER_ENCODING";
    let both = [Encoding::Protobuf, Encoding::Json];
    match env::var(VARIABLE).as_deref() {
        Ok("yaml") => {
            let (sink, _) = unbounded_channel();
            let ended = Controller::new(Pods(sink)).client(with_pod().client()).run().await;
            let error = ended.expect_err("there is no such encoding").to_string();
            assert!(error.contains(VARIABLE) && error.contains("`yaml`"), "{error}");
        }
        Ok(said) => {
            for encoding in both {
                assert_eq!(answered_to(encoding).await, [said.to_owned()].into(), "{encoding:?}");
            }
        }
        Err(_) => {
            for encoding in both {
                assert_eq!(answered_to(encoding).await, [encoding.name().to_owned()].into());
            }
            // A variable is the whole process's: this test again, in one of its own.
            for said in ["json", "protobuf", "yaml"] {
                let mut again = Command::new(env::current_exe().expect("this program"));
                let again = again.args(["--exact", NAME]).env(VARIABLE, said).output().expect("it runs");
                let told = String::from_utf8_lossy(&again.stdout);
                assert!(again.status.success() && told.contains("1 passed"), "{said}: {told}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_list_may_be_the_one_of_the_servers_cache() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let cluster = Cluster::new();
        let pods: Api<Pod> = Api::default_namespaced(cluster.client());
        pods.create(&PostParams::default(), &pod("listed")).await.expect("it can be made");
        let (sink, mut seen) = unbounded_channel();
        let controller = Controller::new(Pods(sink)).encoding(encoding).cached_lists(true);
        let running = Running::start(controller.client(cluster.client()));
        let name = |(pod, _): (Pod, Value)| pod.metadata.name;
        assert_eq!(name(next(&mut seen).await).as_deref(), Some("listed"));
        pods.create(&PostParams::default(), &pod("watched")).await.expect("it can be made");
        assert_eq!(name(next(&mut seen).await).as_deref(), Some("watched"));

        // The version is forgotten: the next list is a consistent one.
        cluster.faults().watches().resource("pods").fail(410);
        let consistent = |request: &kooper::testing::RecordedRequest| {
            request.is("watch", "pods") && request.query_value("sendInitialEvents").is_some()
        };
        cluster.requests().wait_for(consistent).await;
        running.stop().await.expect("it drains");
        let lists = cluster.requests().matching(|request| request.is("list", "pods"));
        let versions: Vec<_> = lists.iter().map(|request| request.query_value("resourceVersion")).collect();
        assert_eq!(versions, [Some("0".into())], "one list, in one piece");
        assert_eq!(lists[0].query_value("limit"), None);
    }
}

/// What this program finds out at run time.
static KIND: OnceLock<ApiResource> = OnceLock::new();

/// An object of [`KIND`].
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
struct Anything(DynamicObject);

impl Anything {
    fn of() -> &'static ApiResource {
        KIND.get().expect("the kind is known before a controller of it runs")
    }
}

impl kube::Resource for Anything {
    type DynamicType = ();
    type Scope = kube::core::DynamicResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        Self::of().kind.as_str().into()
    }

    fn group((): &()) -> Cow<'_, str> {
        Self::of().group.as_str().into()
    }

    fn version((): &()) -> Cow<'_, str> {
        Self::of().version.as_str().into()
    }

    fn plural((): &()) -> Cow<'_, str> {
        Self::of().plural.as_str().into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.0.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.0.metadata
    }
}

struct Whatever(UnboundedSender<DynamicObject>);

#[controller(resource = Anything, resync = "never")]
impl Whatever {
    async fn add(&self, object: Anything) -> kooper::Result {
        Ok(self.0.send(object.0)?)
    }
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_is_known_only_at_run_time_can_be_watched() {
    KIND.set(ApiResource::erase::<Pod>(&())).expect("no other test sets it");
    let cluster = with_pod();
    let (sink, mut seen) = unbounded_channel();
    let running = Running::start(Controller::new(Whatever(sink)).client(cluster.client()));
    let object = next(&mut seen).await;
    assert_eq!(
        (object.metadata.name.as_deref(), &object.data["spec"]["nodeName"]),
        (Some("web"), &json!("one"))
    );
    running.stop().await.expect("it drains");
}
