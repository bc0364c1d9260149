//! The cluster, and the service that both of its fronts run.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, RwLock, Weak},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, Limited};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    agenda::{Agenda, Delays},
    answer::{answer, refused},
    apply::Writer,
    body::Payload,
    clock::Clock,
    custom,
    document::Document,
    fault::{Board, Effect, Faults},
    garbage,
    journal::{Journal, RecordedRequest, Requests},
    request::Reader,
    resources::{Resource, Resources, split_api_version},
    server::Server,
    status::Status,
    store::{Range, State, Store},
};
use crate::ObjectKey;

/// Bytes that a request's body may have.
const LARGEST_BODY: usize = 3 << 20;
/// How long a list waits for a version that is not reached yet.
const VERSION_WAIT: Duration = Duration::from_secs(3);

/// A Kubernetes API server in the process.
///
/// It starts at once with the namespaces `default`, `kube-system`, `kube-public` and `kube-node-lease`, and forgets all
/// when its last clone, client and server are dropped. A clone is the same cluster.
///
/// - [`run`](Self::run) puts a controller to work on it, and waits until it has settled.
/// - [`client`](Self::client) is a `kube::Client` with no socket and no thread, which works under `tokio::time::pause`.
/// - [`serve`](Self::serve) puts the cluster on a loopback port, for `kubectl` and other processes.
/// - [`faults`](Self::faults) makes it misbehave, [`requests`](Self::requests) tells what was asked.
///
/// There is no admission, no RBAC and no validation of values by schema; there are no nodes and nothing schedules or
/// runs pods: a test plays those parts.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use k8s_openapi::api::core::v1::Pod;
/// use kooper::testing::Cluster;
/// use kube::{Api, api::PostParams};
///
/// let cluster = Cluster::new();
/// let pods: Api<Pod> = Api::default_namespaced(cluster.client());
/// let web: Pod = serde_json::from_value(serde_json::json!({
///     "metadata": { "name": "web" },
///     "spec": { "containers": [{ "name": "main", "image": "nginx" }] },
/// }))?;
/// let web = pods.create(&PostParams::default(), &web).await?;
/// assert_eq!(web.metadata.generation, Some(1));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Cluster {
    api: Arc<Api>,
}

/// Settings of a cluster before it starts; made by [`Cluster::builder`].
#[derive(Debug, Clone)]
#[must_use = "`build` makes the cluster"]
pub struct ClusterBuilder {
    delays: Delays,
}

impl ClusterBuilder {
    /// Whether the cluster does what Kubernetes' own controllers do: [`garbage_collection`](Self::garbage_collection) and
    /// [`namespace_termination`](Self::namespace_termination). On unless set; without it, the cluster is a bare API server.
    pub fn controllers(self, on: bool) -> Self {
        let delay = on.then_some(Duration::ZERO);
        self.garbage_collection(delay).namespace_termination(delay)
    }

    /// How long after its cause garbage is collected; `None` for never.
    ///
    /// Unless set it is no time: once a deletion is answered, the dependents are gone too. A real collector takes a moment,
    /// in which a controller sees the dependents without their owner: a delay shows that, on tokio's clock, which a test
    /// can pause and move. It passes at each step from owners to dependents.
    ///
    /// Collected are dependents whose owners are all gone, those of a foreground deletion before their owner, and objects
    /// that are created for an owner that is not there; those that [`Cluster::put`] stores are not. Orphaning takes the
    /// references off.
    pub fn garbage_collection(mut self, delay: impl Into<Option<Duration>>) -> Self {
        self.delays.garbage = delay.into();
        self
    }

    /// How long after its deletion a namespace is emptied, and after its last object has gone ends; `None` for never, so that
    /// it stays in the phase `Terminating`. Unless set it is no time.
    ///
    /// The delay passes on tokio's clock. Objects with finalizers hold the namespace up until these are taken off.
    pub fn namespace_termination(mut self, delay: impl Into<Option<Duration>>) -> Self {
        self.delays.namespaces = delay.into();
        self
    }

    /// The cluster, ready at once.
    pub fn build(self) -> Cluster {
        let api = Arc::new_cyclic(|api| Api {
            store: Store::default(),
            clock: Clock::new(),
            faults: Board::default(),
            journal: Journal::default(),
            agenda: Agenda::new(self.delays, Weak::clone(api)),
            resources: RwLock::new(Arc::new(Resources::builtin())),
        });
        let cluster = Cluster { api };
        for name in ["kube-system", "kube-public", "kube-node-lease", "default"] {
            cluster.put(json!({
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": { "name": name, "labels": { "kubernetes.io/metadata.name": name } },
                "spec": { "finalizers": ["kubernetes"] },
                "status": { "phase": "Active" },
            }));
        }
        cluster
    }
}

/// Where the definitions of custom resources are kept.
pub(super) const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";

/// What all fronts of one cluster share.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) faults: Board,
    pub(super) journal: Journal,
    /// What the cluster's own controllers have to do.
    pub(super) agenda: Agenda,
    resources: RwLock<Arc<Resources>>,
}

impl Cluster {
    /// A new cluster, ready at once.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A cluster that differs from the usual one.
    pub fn builder() -> ClusterBuilder {
        let at_once = Some(Duration::ZERO);
        ClusterBuilder { delays: Delays { garbage: at_once, namespaces: at_once } }
    }

    /// A client of this cluster, in the namespace `default`, with no socket below it.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime: the client keeps a task there.
    pub fn client(&self) -> kube::Client {
        kube::Client::new(self.front(), "default")
    }

    /// Serves the cluster on 127.0.0.1: on `port`, or on a free one where that is 0.
    ///
    /// # Errors
    ///
    /// The port is taken.
    pub async fn serve(&self, port: u16) -> io::Result<Server> {
        Server::start(self.front(), port).await
    }

    /// Makes the cluster misbehave.
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.api))
    }

    /// What was asked of the cluster.
    pub fn requests(&self) -> Requests {
        Requests::new(Arc::clone(&self.api))
    }

    /// Stores an object as it is, past all rules of the API: also one that no client's type can decode, or with a status.
    ///
    /// `apiVersion`, `kind` and `metadata.name` must be there; `uid`, `creationTimestamp` and `generation` are given
    /// where they are not. An object of that name is replaced. Watchers see the change. Returns the object's version.
    ///
    /// # Panics
    ///
    /// The kind is unknown, or there is no name.
    pub fn put(&self, object: Value) -> u64 {
        let mut document = Document::new(object).expect("an object is a JSON object");
        let (api_version, kind) = (document.text("apiVersion"), document.text("kind"));
        let resource = self.api.resources().of_kind(api_version, kind);
        let resource = resource.unwrap_or_else(|| {
            let (group, version) = split_api_version(api_version);
            panic!("no resource of group \"{group}\", version \"{version}\" has the kind \"{kind}\"")
        });
        assert!(!document.name().is_empty(), "an object needs a metadata.name");
        if resource.namespaced && document.meta("namespace").is_empty() {
            document.set_meta("namespace", "default");
        }
        if document.meta("uid").is_empty() {
            document.set_meta("uid", self.api.clock.uid());
        }
        if document.meta("creationTimestamp").is_empty() {
            document.set_meta("creationTimestamp", self.api.clock.stamp());
        }
        if resource.generation && document.generation() == 0 {
            document.set_meta("generation", 1);
        }
        let key = ObjectKey::new(Some(document.meta("namespace")), document.name());
        let mut state = self.api.store.lock();
        let version = state.put(&resource.collection(), key, document).version;
        // The garbage collector leaves it alone: a test may well name an owner that is not there.
        state.take_adopted();
        drop(state);
        if resource.collection() == DEFINITIONS {
            self.api.serve_definitions();
        }
        version
    }

    /// Defines a custom resource, as creating its `CustomResourceDefinition` does: `cluster.define(&Website::crd())`.
    ///
    /// # Panics
    ///
    /// `definition` is no `CustomResourceDefinition` of `apiextensions.k8s.io/v1`.
    pub fn define(&self, definition: &impl Serialize) {
        let mut definition = serde_json::to_value(definition).expect("a definition can be written as JSON");
        definition["apiVersion"] = "apiextensions.k8s.io/v1".into();
        definition["kind"] = "CustomResourceDefinition".into();
        assert!(
            definition["spec"]["versions"].is_array(),
            "a CustomResourceDefinition has versions: {definition}"
        );
        self.put(definition);
    }

    fn front(&self) -> Front {
        Front { api: Arc::clone(&self.api), reader: None }
    }

    /// What all fronts share, for a controller under test.
    pub(super) fn api(&self) -> Arc<Api> {
        Arc::clone(&self.api)
    }

    /// A client whose watches are known as those of this reader.
    pub(super) fn client_of(&self, reader: Reader) -> kube::Client {
        let front = Front { api: Arc::clone(&self.api), reader: Some(reader) };
        kube::Client::new(front, "default")
    }
}

impl Default for Cluster {
    fn default() -> Self {
        Self::new()
    }
}

impl Api {
    pub(super) fn resources(&self) -> Arc<Resources> {
        Arc::clone(&self.resources.read().expect("nothing panics while it holds the table"))
    }

    /// Serves what the stored definitions of custom resources say, and establishes new ones.
    pub(super) fn serve_definitions(&self) {
        let mut state = self.store.lock();
        let definitions: Vec<_> = state.collection(DEFINITIONS).now(Range::default()).cloned().collect();
        let mut rows = Vec::new();
        for definition in definitions {
            let mut document = definition.document();
            let added = custom::rows(&document);
            if document.is_deleting() && document.finalizers() == [custom::CLEANUP] {
                if let Some(row) = added.first() {
                    remove_all(self, &mut state, row);
                }
                state.remove(DEFINITIONS, &definition.key, document);
                continue;
            }
            rows.extend(added);
            if document.get("status/conditions").and_then(Value::as_array).is_none_or(Vec::is_empty) {
                let (before, now) = (document.clone(), self.clock.stamp());
                custom::established(&mut document, &now);
                let resources = self.resources();
                let row = resources.of_kind("apiextensions.k8s.io/v1", "CustomResourceDefinition");
                let row = row.expect("definitions are built in");
                Writer::new(row, resources, "kube-apiserver", "status", now)
                    .update(Some(&before), &mut document);
                state.put(DEFINITIONS, definition.key.clone(), document);
            }
        }
        *self.resources.write().expect("nothing panics while it holds the table") =
            Arc::new(Resources::with(rows));
    }

    /// Waits for a version that was asked for, as long as a server does.
    pub(super) async fn reach(&self, version: u64) -> Result<(), Status> {
        let mut current = self.store.lock().version;
        if version > current {
            tokio::time::sleep(VERSION_WAIT).await;
            current = self.store.lock().version;
        }
        if version > current { Err(Status::too_large_version(version, current)) } else { Ok(()) }
    }
}

/// Removes all objects of a resource that is no more.
fn remove_all(api: &Api, state: &mut State, resource: &Resource) {
    let collection = resource.collection();
    let objects: Vec<_> = state.collection(&collection).now(Range::default()).cloned().collect();
    for object in objects {
        let last = object.document();
        state.remove(&collection, &object.key, last.clone());
        garbage::collect(api, &last);
    }
}

/// The service: requests in, answers out, with the faults between.
#[derive(Debug, Clone)]
pub(super) struct Front {
    api: Arc<Api>,
    reader: Option<Reader>,
}

/// No answer came.
#[derive(Debug, thiserror::Error)]
#[error("connection refused (a fault that the test asked for)")]
pub(super) struct Refused;

impl Front {
    pub(super) async fn answer<B>(self, request: http::Request<B>) -> Result<http::Response<Payload>, Refused>
    where
        B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send,
    {
        let (mut parts, body) = request.into_parts();
        if let Some(reader) = self.reader {
            parts.extensions.insert(reader);
        }
        let recorded = Arc::new(RecordedRequest::new(&parts));
        self.api.journal.record(&recorded);
        let effect = self.api.faults.rules.meet(&recorded);
        match effect {
            Some(Effect::Status { code, retry_after }) => {
                let mut status = Status::of_code(code);
                status.retry_after = retry_after.map(|wait| wait.as_secs());
                return Ok(refused(&status, &parts.headers));
            }
            Some(Effect::Refuse) => return Err(Refused),
            Some(Effect::Hang) => std::future::pending().await,
            Some(Effect::Slow(by)) => tokio::time::sleep(by).await,
            Some(Effect::Jump(by)) => self.api.clock.jump(by),
            Some(Effect::Cut(_) | Effect::Garble) | None => {}
        }
        let response = if let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await {
            answer(&self.api, &parts, &body.to_bytes()).await
        } else {
            let message = format!("Request entity too large: limit is {LARGEST_BODY}");
            refused(&Status::new(413, "RequestEntityTooLarge", message), &parts.headers)
        };
        Ok(match effect {
            Some(Effect::Cut(after)) => response.map(|body| body.break_after(after)),
            Some(Effect::Garble) => garbled(&response),
            _ => response,
        })
    }
}

/// The head of an answer, and a body that is none.
fn garbled(response: &http::Response<Payload>) -> http::Response<Payload> {
    let content_type = response.headers().get(http::header::CONTENT_TYPE).cloned();
    let is_json =
        content_type.as_ref().is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    let body: &[u8] = if is_json { b"{\"kind\":\"Garbled\xff\xfe,\n" } else { b"\0\0\0\x04\xff\xfe\xff\xff" };
    let mut garbled = http::Response::new(Payload::from(Bytes::from_static(body)));
    *garbled.status_mut() = response.status();
    garbled.headers_mut().extend(content_type.map(|value| (http::header::CONTENT_TYPE, value)));
    garbled
}

impl<B> tower_service::Service<http::Request<B>> for Front
where
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    type Response = http::Response<Payload>;
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Refused>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        Box::pin(self.clone().answer(request))
    }
}
