//! A real kube-apiserver, asked for protobuf: what it answers is what it answers in JSON.

#[path = "protobuf/kinds.rs"]
#[macro_use]
mod kinds;

#[path = "protobuf/embedded.rs"]
mod embedded;
#[path = "protobuf/everything.rs"]
mod everything;
#[path = "protobuf/metadata.rs"]
mod metadata;

#[path = "protobuf/restart.rs"]
mod restart;

#[path = "testbed/cluster.rs"]
#[expect(dead_code, reason = "each test program uses a part of it")]
mod cluster;

use cluster::Cluster;
use http::{Request, header};
use http_body_util::BodyExt;
use k8s_openapi::api::core::v1::{ConfigMap, Service};
use kooper::{
    Context, Controller, Encoding, ObjectKey, controller,
    testing::protobuf::{decode_answer, events, refusal},
};
use kooper_tests::{Log, Running};
use kube::{
    Api, Client, Config,
    api::{DeleteParams, ListParams, ObjectMeta, PostParams},
    client::Body,
    config::{KubeConfigOptions, Kubeconfig},
};
use serde::Deserialize;
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeSet, fmt::Debug, fs, process::Command, time::Duration};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

const WAIT: Duration = Duration::from_secs(30);

async fn client(cluster: &Cluster) -> Client {
    let kubeconfig = Kubeconfig::read_from(cluster.kubeconfig()).expect("the testbed's kubeconfig");
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
    let mut config = config.expect("the kubeconfig has a context");
    config.default_retry = false;
    Client::try_from(config).expect("a client of the testbed")
}

/// What a handler was given.
#[derive(Debug)]
enum Seen<R> {
    Added(R),
    Deleted(ObjectKey),
}

type Sink<R> = UnboundedSender<Seen<R>>;

struct Services(Sink<Service>);

#[controller(resource = Service, resync = "never")]
impl Services {
    async fn add(&self, _ctx: Context, service: Service) -> kooper::Result {
        Ok(self.0.send(Seen::Added(service))?)
    }

    async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
        Ok(self.0.send(Seen::Deleted(key))?)
    }
}

struct ConfigMaps(Sink<ConfigMap>);

#[controller(resource = ConfigMap, resync = "never")]
impl ConfigMaps {
    async fn add(&self, _ctx: Context, map: ConfigMap) -> kooper::Result {
        Ok(self.0.send(Seen::Added(map))?)
    }

    async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
        Ok(self.0.send(Seen::Deleted(key))?)
    }
}

/// Waits for the object that fits.
async fn added<R: Debug>(seen: &mut UnboundedReceiver<Seen<R>>, fits: impl Fn(&R) -> bool) -> R {
    let found = async {
        loop {
            match seen.recv().await.expect("the controller runs") {
                Seen::Added(object) if fits(&object) => return object,
                _ => {}
            }
        }
    };
    tokio::time::timeout(WAIT, found).await.expect("the object comes")
}

async fn deleted<R: Debug>(seen: &mut UnboundedReceiver<Seen<R>>, key: &str) {
    let found = async {
        while !matches!(seen.recv().await.expect("the controller runs"), Seen::Deleted(gone) if gone.to_string() == key)
        {
        }
    };
    tokio::time::timeout(WAIT, found).await.expect("the end comes");
}

fn named<R: kube::Resource<DynamicType = ()>>(name: &str) -> impl Fn(&R) -> bool {
    move |object| object.meta().name.as_deref() == Some(name)
}

fn config_map(name: &str, value: &str) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta { name: Some(name.into()), ..ObjectMeta::default() },
        data: Some([("key".into(), value.into())].into()),
        ..ConfigMap::default()
    }
}

#[tokio::test]
async fn a_controller_reads_protobuf_from_a_real_server_and_follows_it() {
    let Some(cluster) = Cluster::get() else { return };
    cluster.kubectl(["create", "namespace", "followed"]);
    let client = client(cluster).await;
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), "followed");
    let created =
        maps.create(&PostParams::default(), &config_map("before", "1")).await.expect("it can be made");

    let (log, _logging) = Log::install();
    let (sink, mut seen) = unbounded_channel();
    let controller = Controller::new(ConfigMaps(sink)).namespaces("followed").client(client);
    let running = Running::start(controller);
    let listed = added(&mut seen, named("before")).await;
    let wanted = ConfigMap { metadata: ObjectMeta { managed_fields: None, ..created.metadata }, ..created };
    assert_eq!(listed, wanted, "what was listed is what was made, less who made it");

    maps.create(&PostParams::default(), &config_map("after", "ü")).await.expect("it can be made");
    assert_eq!(added(&mut seen, named("after")).await.data.expect("data")["key"], "ü");
    let mut changed = maps.get("after").await.expect("it is there");
    changed.data = Some([("key".into(), "changed".into())].into());
    maps.replace("after", &PostParams::default(), &changed).await.expect("it can be changed");
    let is_changed = |map: &ConfigMap| map.data.as_ref().is_some_and(|data| data["key"] == "changed");
    added(&mut seen, is_changed).await;
    maps.delete("after", &DeleteParams::default()).await.expect("it can be deleted");
    deleted(&mut seen, "followed/after").await;
    running.stop().await.expect("it drains");
    assert_eq!(answered(&log), ["protobuf"]);
}

/// The encodings that were answered in.
fn answered(log: &Log) -> Vec<String> {
    let answers = log.all().into_iter().filter(|line| line.message == "answered");
    let encodings: BTreeSet<String> = answers.map(|line| line.field("encoding").to_owned()).collect();
    encodings.into_iter().collect()
}

/// Runs a controller of services until it has seen that of the API server, and gives it.
async fn service_in(encoding: Encoding, client: &Client) -> Service {
    let (sink, mut seen) = unbounded_channel();
    let controller = Controller::new(Services(sink)).namespaces("default").encoding(encoding);
    let running = Running::start(controller.client(client.clone()));
    let service = added(&mut seen, named("kubernetes")).await;
    running.stop().await.expect("it drains");
    service
}

#[tokio::test]
async fn both_encodings_give_the_same_object() {
    let Some(cluster) = Cluster::get() else { return };
    let client = client(cluster).await;
    let (log, logging) = Log::install();
    let protobuf = service_in(Encoding::Protobuf, &client).await;
    assert!(protobuf.spec.is_some(), "{protobuf:?}");
    assert_eq!(answered(&log), ["protobuf"]);
    drop(logging);
    let (log, _logging) = Log::install();
    assert_eq!(protobuf, service_in(Encoding::Json, &client).await);
    assert_eq!(answered(&log), ["json"]);
}

/// A custom resource, as `#[derive(CustomResource)]` makes it.
#[derive(Debug, Clone, Deserialize)]
struct Cron {
    metadata: ObjectMeta,
    spec: CronSpec,
}

#[derive(Debug, Clone, Deserialize)]
struct CronSpec {
    schedule: String,
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
    restart_policy: String,
    warp_drive: Option<bool>,
}

macro_rules! resource {
    ($type:ty: $group:literal $version:literal $kind:literal $plural:literal) => {
        impl kube::Resource for $type {
            type DynamicType = ();
            type Scope = kube::core::NamespaceResourceScope;

            fn kind((): &()) -> Cow<'_, str> {
                $kind.into()
            }

            fn group((): &()) -> Cow<'_, str> {
                $group.into()
            }

            fn version((): &()) -> Cow<'_, str> {
                $version.into()
            }

            fn plural((): &()) -> Cow<'_, str> {
                $plural.into()
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
resource!(Cron: "kooper.test" "v1" "Cron" "crons");
resource!(NewerPod: "" "v1" "Pod" "pods");

struct Crons(Sink<Cron>);

#[controller(resource = Cron, resync = "never")]
impl Crons {
    async fn add(&self, _ctx: Context, cron: Cron) -> kooper::Result {
        Ok(self.0.send(Seen::Added(cron))?)
    }
}

struct NewerPods(Sink<NewerPod>);

#[controller(resource = NewerPod, resync = "never")]
impl NewerPods {
    async fn add(&self, _ctx: Context, pod: NewerPod) -> kooper::Result {
        Ok(self.0.send(Seen::Added(pod))?)
    }
}

const CRON: &str = "
apiVersion: kooper.test/v1
kind: Cron
metadata: {name: nightly, namespace: default}
spec: {schedule: '0 3 * * *'}
";

const CRONS: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crons.kooper.test}
spec:
  group: kooper.test
  scope: Namespaced
  names: {kind: Cron, plural: crons, singular: cron}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

#[tokio::test]
async fn a_custom_resource_is_read_as_json() {
    let Some(cluster) = Cluster::get() else { return };
    cluster.apply(CRONS);
    cluster.kubectl(["wait", "--for=condition=Established", "crd/crons.kooper.test"]);
    cluster.apply(CRON);
    let (log, _logging) = Log::install();
    let (sink, mut seen) = unbounded_channel();
    let running = Running::start(Controller::new(Crons(sink)).client(client(cluster).await));
    assert_eq!(added(&mut seen, named("nightly")).await.spec.schedule, "0 3 * * *");
    running.stop().await.expect("it drains");
    assert_eq!(answered(&log), ["json"]);
    assert!(log.warnings().is_empty(), "nothing is wrong: {log:?}");
}

#[tokio::test]
async fn a_type_with_a_field_that_the_table_lacks_is_read_as_json_with_one_warning() {
    let Some(cluster) = Cluster::get() else { return };
    cluster.kubectl(["create", "namespace", "newer"]);
    cluster.kubectl(["run", "new", "--namespace", "newer", "--image=pause", "--restart=Never"]);
    let (log, _logging) = Log::install();
    let (sink, mut seen) = unbounded_channel();
    let controller = Controller::new(NewerPods(sink)).namespaces("newer");
    let running = Running::start(controller.client(client(cluster).await));
    let pod = added(&mut seen, named("new")).await;
    assert_eq!((&*pod.spec.restart_policy, pod.spec.warp_drive), ("Never", None));
    running.stop().await.expect("it drains");
    assert_eq!(answered(&log), ["json"]);
    let warnings = log.warnings();
    let [warning] = &*warnings else { panic!("{warnings:?}") };
    assert!(warning.field("reason").contains("`warpDrive` of `NewerSpec`"), "{warning:?}");
    assert!(warning.field("type").contains("NewerPod"), "{warning:?}");
}

/// An answer to a request for protobuf: its code, its `Content-Type` and its body.
async fn get(client: &Client, path: &str) -> (u16, String, Vec<u8>) {
    get_as(client, path, "application/vnd.kubernetes.protobuf,application/json").await
}

async fn get_as(client: &Client, path: &str, accept: &str) -> (u16, String, Vec<u8>) {
    let request = Request::get(path).header(header::ACCEPT, accept).body(Body::empty()).expect("a request");
    let answer = client.send(request).await.expect("an answer");
    let content_type = answer.headers()[header::CONTENT_TYPE].to_str().expect("text").to_owned();
    let code = answer.status().as_u16();
    (code, content_type, answer.into_body().collect().await.expect("a body").to_bytes().to_vec())
}

/// Has etcd forget all versions before one, as the API server does after some minutes.
fn forget_before(cluster: &Cluster, version: &str) {
    let pid = fs::read_to_string(cluster.path("kube-apiserver.pid")).expect("the testbed keeps it");
    let line = fs::read_to_string(format!("/proc/{}/cmdline", pid.trim())).expect("the server runs");
    let mut arguments = line.split('\0').skip_while(|argument| *argument != "--etcd-servers");
    let etcd = arguments.nth(1).expect("the address of etcd");
    let compact = format!(r#"{{"revision":"{version}","physical":true}}"#);
    let curl =
        Command::new("curl").args(["-sf", "-d", &compact, &format!("{etcd}/v3/kv/compaction")]).output();
    assert!(curl.expect("curl, which the testbed needs as well").status.success());
}

#[tokio::test]
async fn refusals_and_streaming_lists_are_understood_in_protobuf() {
    let Some(cluster) = Cluster::get() else { return };
    let client = client(cluster).await;
    let (code, content_type, body) = get(&client, "/api/v1/namespaces/nowhere").await;
    assert_eq!((code, &*content_type), (404, "application/vnd.kubernetes.protobuf"));
    assert_eq!(refusal(code, &body), (404, "NotFound".into()));

    let maps = Api::<ConfigMap>::all(client.clone()).list(&ListParams::default()).await.expect("a list");
    let version = maps.metadata.resource_version.expect("a list has one");
    forget_before(cluster, &version);
    // Events are the one resource that the API server keeps no cache of.
    let old = "/api/v1/events?resourceVersion=2&resourceVersionMatch=Exact&limit=1";
    let (code, content_type, body) = get(&client, old).await;
    assert_eq!((code, &*content_type), (410, "application/vnd.kubernetes.protobuf"));
    assert_eq!(refusal(code, &body), (410, "Expired".into()));
    let (_, content_type, body) =
        get(&client, "/api/v1/events?watch=1&resourceVersion=2&timeoutSeconds=1").await;
    assert!(content_type.starts_with("application/vnd.kubernetes.protobuf"), "{content_type}");
    assert_eq!(events(&content_type, &body), Ok(vec!["error 410".into()]));

    let streaming = "/api/v1/namespaces?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1&fieldSelector=metadata.name%3Ddefault";
    let (_, content_type, body) = get(&client, streaming).await;
    let told = events(&content_type, &body).expect("a watch");
    assert_eq!(told[..2], ["applied default", "everything was told"], "{content_type}");

    let told = bookmarks(&client, &version).await;
    assert!(!told.is_empty() && told.iter().all(|event| event == "bookmark"), "{told:?}");
}

/// What a watch from a version tells of changes that it is not to tell of. The server sends a bookmark two seconds before the
/// watch ends, if there was a change since it began.
async fn bookmarks(client: &Client, version: &str) -> Vec<String> {
    let path = format!(
        "/api/v1/namespaces/default/configmaps?watch=1&resourceVersion={version}&allowWatchBookmarks=true&timeoutSeconds=5&fieldSelector=metadata.name%3Dnone"
    );
    let changes = async {
        let maps = Api::<ConfigMap>::default_namespaced(client.clone());
        for number in 0.. {
            let map = config_map(&format!("unseen-{number}"), "1");
            maps.create(&PostParams::default(), &map).await.expect("it can be made");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    tokio::select! {
        (_, content_type, body) = get(client, &path) => events(&content_type, &body).expect("a watch"),
        () = changes => unreachable!("they have no end"),
    }
}

#[tokio::test]
async fn single_objects_decode_alike_in_both_encodings() {
    let Some(cluster) = Cluster::get() else { return };
    let client = client(cluster).await;
    cluster.apply(CRONS);
    for path in [
        "/api/v1/namespaces/kube-system",
        "/api/v1/namespaces/default/services/kubernetes",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/cluster-admin",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/crons.kooper.test",
        "/apis/apiregistration.k8s.io/v1/apiservices/v1.",
        "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/exempt",
        "/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical",
    ] {
        let (code, content_type, protobuf) = get(&client, path).await;
        assert_eq!((code, &*content_type), (200, "application/vnd.kubernetes.protobuf"), "{path}");
        let read: Value = decode_answer(&protobuf).expect(path);
        let request = Request::get(path).body(Vec::new()).expect("a request");
        let mut wanted: Value = client.request(request).await.expect(path);
        let object = wanted.as_object_mut().expect("an object");
        object.retain(|name, _| name != "apiVersion" && name != "kind");
        assert_eq!(without_nulls(read), without_nulls(wanted), "{path}");
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let entries = entries.into_iter().map(|(name, value)| (name, without_nulls(value)));
            Value::Object(entries.filter(|(_, value)| !value.is_null()).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(without_nulls).collect()),
        other => other,
    }
}
