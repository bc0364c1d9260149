//! Testing a controller: five complete tests to begin with.
//!
//! A [`Cluster`](super::Cluster) is an API server inside the test. What it leaves out, so that you know what such a test
//! does not show: **admission** (webhooks, policies, quotas), **RBAC** (every request is allowed), **validation of values** by
//! type or schema beyond what the table of rules says (an image may be any text; a custom resource is pruned and
//! given its defaults, not checked), and **nodes**: nothing schedules or runs a pod, so a test plays the kubelet and writes the status.
//! All else is meant to be as on a real one, and compared with it request by request.
//!
//! ```toml
//! [dev-dependencies]
//! kooper = { version = "0.1", features = ["testing"] }
//! tokio = { version = "1", features = ["macros", "rt", "test-util"] }
//! ```
//!
//! Each piece of code below is the body of a test of its own:
//!
//! ```text
//! #[tokio::test(start_paused = true)]
//! async fn a_sentence_that_says_what_is_true() -> kooper::Result { … }
//! ```
//!
//! `start_paused` makes tokio's clock stand still and jump to the next timer when no task has anything to do: backoffs, resyncs
//! and slow servers take no time. It works because nothing between controller and cluster is a socket or a thread.
//! Three lines do most of the work:
//!
//! * [`cluster.run(handler)`](super::Cluster::run) puts the controller to work in the background;
//! * [`run.settle().await`](super::Run::settle) returns once it has nothing to do, or says what it waits for;
//! * then ask the cluster how its objects are, [what was asked of it](super::Cluster::requests), or
//!   [what the traces look like](super::Traces).
//!
//! # A first reconcile
//!
//! ```
//! use k8s_openapi::api::core::v1::Pod;
//! use kooper::{Context, controller, testing::Cluster};
//! use kube::{Api, ResourceExt, api::{Patch, PatchParams, PostParams}};
//! use serde_json::json;
//!
//! /// Labels each pod that it sees.
//! struct Labeller;
//!
//! #[controller(resource = Pod)]
//! impl Labeller {
//!     async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
//!         if !pod.labels().contains_key("seen") {
//!             let pods: Api<Pod> = Api::default_namespaced(ctx.client());
//!             let label = Patch::Merge(json!({ "metadata": { "labels": { "seen": "yes" } } }));
//!             pods.patch(ctx.key().name(), &PatchParams::default(), &label).await?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> kooper::Result {
//! let cluster = Cluster::new();
//! let run = cluster.run(Labeller);
//!
//! let pods: Api<Pod> = Api::default_namespaced(cluster.client());
//! let web = json!({
//!     "metadata": { "name": "web" },
//!     "spec": { "containers": [{ "name": "main", "image": "nginx" }] },
//! });
//! pods.create(&PostParams::default(), &serde_json::from_value(web)?).await?;
//! run.settle().await;
//!
//! assert_eq!(pods.get("web").await?.labels()["seen"], "yes");
//! // It saw its own change, and did nothing about it.
//! assert_eq!(cluster.requests().count("patch", "pods"), 1);
//! run.stop().await
//! # }
//! ```
//!
//! # A retry
//!
//! The server fails for a while; the backoff of 10 s passes at once.
//!
//! ```
//! use k8s_openapi::api::core::v1::ConfigMap;
//! use kooper::{Context, controller, testing::Cluster};
//! use kube::Api;
//! use serde_json::json;
//! use tokio::time::Instant;
//!
//! /// Copies a setting from the config map `defaults`.
//! struct Copier;
//!
//! #[controller(resource = ConfigMap, fields = "metadata.name=web", retries = 3, backoff = "10s")]
//! impl Copier {
//!     async fn add(&self, ctx: Context, _map: ConfigMap) -> kooper::Result {
//!         let maps: Api<ConfigMap> = Api::default_namespaced(ctx.client());
//!         maps.get("defaults").await?;
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> kooper::Result {
//! let cluster = Cluster::new();
//! for name in ["web", "defaults"] {
//!     cluster.put(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name } }));
//! }
//! cluster.faults().next(2).verb("get").name("defaults").status(503);
//!
//! let began = Instant::now();
//! let run = cluster.run(Copier);
//! run.settle().await;
//!
//! assert_eq!(cluster.requests().count("get", "configmaps"), 3);
//! assert_eq!(began.elapsed().as_secs(), 20);
//! run.stop().await
//! # }
//! ```
//!
//! # A finalizer
//!
//! What must be cleaned up although the program may be down when an object is deleted needs a finalizer.
//!
//! ```
//! use k8s_openapi::api::core::v1::ConfigMap;
//! use kooper::{Context, controller, testing::Cluster};
//! use kube::{Api, ResourceExt, api::{DeleteParams, Patch, PatchParams}};
//! use serde_json::json;
//! use std::sync::{Arc, Mutex};
//!
//! const FINALIZER: &str = "example.com/bucket";
//!
//! /// Keeps a bucket for each config map.
//! #[derive(Clone, Default)]
//! struct Buckets(Arc<Mutex<Vec<String>>>);
//!
//! #[controller(resource = ConfigMap)]
//! impl Buckets {
//!     async fn add(&self, ctx: Context, map: ConfigMap) -> kooper::Result {
//!         let name = map.name_any();
//!         let held = map.finalizers().iter().any(|finalizer| finalizer == FINALIZER);
//!         let finalizers = if map.metadata.deletion_timestamp.is_some() {
//!             self.0.lock().unwrap().retain(|bucket| *bucket != name);
//!             json!(map.finalizers().iter().filter(|other| *other != FINALIZER).collect::<Vec<_>>())
//!         } else if held {
//!             self.0.lock().unwrap().push(name.clone());
//!             return Ok(());
//!         } else {
//!             json!([FINALIZER])
//!         };
//!         let maps: Api<ConfigMap> = Api::default_namespaced(ctx.client());
//!         let patch = Patch::Merge(json!({ "metadata": { "finalizers": finalizers } }));
//!         maps.patch(&name, &PatchParams::default(), &patch).await?;
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> kooper::Result {
//! let cluster = Cluster::new();
//! cluster.put(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "web" } }));
//! let buckets = Buckets::default();
//! let run = cluster.run(buckets.clone());
//! run.settle().await;
//! assert_eq!(*buckets.0.lock().unwrap(), ["web"]);
//! run.stop().await?;
//!
//! // It is deleted while the program is down, and waits.
//! let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
//! maps.delete("web", &DeleteParams::default()).await?;
//! assert!(maps.get("web").await?.metadata.deletion_timestamp.is_some());
//!
//! let run = cluster.run(buckets.clone());
//! run.settle().await;
//! assert!(buckets.0.lock().unwrap().is_empty());
//! assert!(maps.get_opt("web").await?.is_none());
//! run.stop().await
//! # }
//! ```
//!
//! # A lost watch
//!
//! A pod goes while the connection is down, and with it the event of its deletion; the next list tells. More that can go wrong:
//! [`Faults`](super::Faults).
//!
//! ```
//! use k8s_openapi::api::core::v1::Pod;
//! use kooper::{Context, ObjectKey, controller, testing::Cluster};
//! use serde_json::json;
//! use std::{collections::BTreeSet, sync::{Arc, Mutex}};
//!
//! /// Knows which pods there are.
//! #[derive(Clone, Default)]
//! struct Register(Arc<Mutex<BTreeSet<String>>>);
//!
//! #[controller(resource = Pod)]
//! impl Register {
//!     async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
//!         self.0.lock().unwrap().insert(ctx.key().to_string());
//!         Ok(())
//!     }
//!
//!     async fn delete(&self, key: ObjectKey) -> kooper::Result {
//!         self.0.lock().unwrap().remove(&key.to_string());
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> kooper::Result {
//! let cluster = Cluster::new();
//! for name in ["web", "db"] {
//!     cluster.put(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name } }));
//! }
//! let register = Register::default();
//! let run = cluster.run(register.clone());
//! run.settle().await;
//! assert_eq!(register.0.lock().unwrap().len(), 2);
//!
//! // The connection breaks, and the server is away for a while.
//! let faults = cluster.faults();
//! faults.watches().drop_connections();
//! faults.next(3).resource("pods").refuse();
//! // Meanwhile one pod goes and another comes, and the server forgets all versions from before.
//! faults.vanish("pods", &"default/web".parse()?);
//! cluster.put(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "cache" } }));
//! faults.compact();
//! run.settle().await;
//!
//! let known: Vec<String> = register.0.lock().unwrap().iter().cloned().collect();
//! assert_eq!(known, ["default/cache", "default/db"]);
//! run.stop().await
//! # }
//! ```
//!
//! # The shape of a trace
//!
//! [`Traces`](super::Traces) records the spans of one test, also where tests run side by side. An outline says what the whole
//! tree must look like; where it does not, the failure shows a picture of what it does.
//!
//! ```
//! use k8s_openapi::api::core::v1::Pod;
//! use kooper::{Context, controller, testing::{Cluster, Traces}};
//! use serde_json::json;
//! use tracing::{Instrument, info_span};
//!
//! struct Deployer;
//!
//! #[controller(resource = Pod, retries = 1, backoff = "1s")]
//! impl Deployer {
//!     async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
//!         async {}.instrument(info_span!("getOrg", otel.service = "github")).await;
//!         if ctx.attempt() == 1 {
//!             return Err(kooper::Error::msg("the image is not there yet"));
//!         }
//!         async {}.instrument(info_span!("deploy")).await;
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> kooper::Result {
//! let traces = Traces::new();
//! let _recording = traces.install();
//! let cluster = Cluster::new();
//! cluster.put(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web" } }));
//! let run = cluster.run(Deployer);
//! run.settle().await;
//!
//! let web = traces.of("default/web");
//! assert_eq!(web.attempts().len(), 2);
//! web.attempts()[0].assert_outline("
//!     processJob ✗ {kooper.outcome=retried, kooper.trigger=list}
//!       - event=error, message=the image is not there yet
//!       - event=reenqueued
//!       handleAddObject ✗
//!         github: getOrg
//! ");
//! web.attempts()[1].assert_outline("
//!     processJob {kooper.outcome=done, kubernetes.object.processing_retry=true}
//!       handleAddObject
//!         github: getOrg
//!         deploy
//! ");
//! assert_eq!(web.attempts()[1].root().attr("kooper.outcome"), "done");
//! assert!(web.attempts()[1].root().links()[0].is_to(&web.attempts()[0].root()));
//! run.stop().await
//! # }
//! ```
