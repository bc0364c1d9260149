//! What was asked of the server, for tests to assert.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use http::{HeaderMap, header, request::Parts};
use tokio::{sync::watch, time::Instant};

use super::{
    cluster::Api,
    request::{Path, Query, verb},
};

/// Requests that are kept; older ones are forgotten.
const KEPT: usize = 10_000;
/// How long `wait_for` waits, on tokio's clock.
const PATIENCE: Duration = Duration::from_secs(30);

/// One request as it came in, whatever became of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The verb as RBAC names it (`list`, `watch`, …); the method in lower case where the path is no resource's.
    pub verb: String,
    /// The HTTP method.
    pub method: String,
    /// The path, not decoded.
    pub path: String,
    /// The query, not decoded; empty where there is none.
    pub query: String,
    /// The API group; `Some("")` is the core group, `None` a path that is no resource's.
    pub group: Option<String>,
    /// The plural of the resource.
    pub resource: Option<String>,
    /// Such as `status`.
    pub subresource: Option<String>,
    /// The namespace in the path.
    pub namespace: Option<String>,
    /// The name in the path.
    pub name: Option<String>,
    /// The header `User-Agent`.
    pub user_agent: Option<String>,
    /// The header `Accept`.
    pub accept: Option<String>,
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// When it came in.
    pub at: Instant,
}

impl RecordedRequest {
    pub(super) fn new(parts: &Parts) -> Self {
        let path = Path::read(parts.uri.path());
        let query = Query::read(parts.uri.query());
        let verb = path.as_ref().and_then(|path| verb(&parts.method, path, &query));
        let verb = verb.map_or_else(|| parts.method.as_str().to_lowercase(), |verb| verb.as_str().to_owned());
        let text =
            |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        let path = path.map(|path| (path.group, path.plural, path.subresource, path.namespace, path.name));
        let (group, resource, subresource, namespace, name) = match path {
            Some((group, plural, subresource, namespace, name)) => {
                (Some(group), Some(plural), subresource, namespace, name)
            }
            None => (None, None, None, None, None),
        };
        Self {
            verb,
            method: parts.method.to_string(),
            path: parts.uri.path().into(),
            query: parts.uri.query().unwrap_or_default().into(),
            group,
            resource,
            subresource,
            namespace,
            name,
            user_agent: text(header::USER_AGENT),
            accept: text(header::ACCEPT),
            content_type: text(header::CONTENT_TYPE),
            headers: parts.headers.clone(),
            at: Instant::now(),
        }
    }

    /// Whether it is this verb on this resource (its plural).
    pub fn is(&self, verb: &str, resource: &str) -> bool {
        self.verb == verb && self.resource.as_deref() == Some(resource)
    }

    /// The decoded value of a word of the query; `None` where it is not there or empty.
    pub fn query_value(&self, name: &str) -> Option<String> {
        Query::read(Some(&self.query)).get(name).map(ToOwned::to_owned)
    }
}

/// One line: `list /api/v1/pods?limit=500`.
impl fmt::Display for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.path)?;
        if self.query.is_empty() { Ok(()) } else { write!(f, "?{}", self.query) }
    }
}

/// The requests of a cluster's clients; see [`Cluster::requests`](super::Cluster::requests).
///
/// The newest 10,000 are kept.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), kube::Error> {
/// use k8s_openapi::api::core::v1::Pod;
/// use kooper::testing::Cluster;
/// use kube::{Api, api::ListParams};
///
/// let cluster = Cluster::new();
/// Api::<Pod>::all(cluster.client()).list(&ListParams::default().labels("app=web")).await?;
///
/// let list = cluster.requests().wait_for(|request| request.is("list", "pods")).await;
/// assert_eq!(list.query_value("labelSelector").as_deref(), Some("app=web"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Requests {
    api: Arc<Api>,
}

impl Requests {
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api }
    }

    /// All that are kept, oldest first.
    pub fn all(&self) -> Vec<Arc<RecordedRequest>> {
        self.api.journal.lock().iter().cloned().collect()
    }

    /// Those for which `wanted` is true, oldest first.
    pub fn matching(&self, wanted: impl Fn(&RecordedRequest) -> bool) -> Vec<Arc<RecordedRequest>> {
        self.api.journal.lock().iter().filter(|request| wanted(request)).cloned().collect()
    }

    /// How many of this verb on this resource (its plural) there were.
    pub fn count(&self, verb: &str, resource: &str) -> usize {
        self.matching(|request| request.is(verb, resource)).len()
    }

    /// Forgets all, so that what follows stands alone.
    pub fn clear(&self) {
        self.api.journal.lock().clear();
    }

    /// Waits for a request and returns the first that matches, which may have come before.
    ///
    /// # Panics
    ///
    /// When 30 s pass on tokio's clock without one; the message lists what was asked instead.
    pub async fn wait_for(&self, wanted: impl Fn(&RecordedRequest) -> bool) -> Arc<RecordedRequest> {
        self.wait_for_count(1, wanted).await.remove(0)
    }

    /// Waits until `count` requests match and returns those, also the ones from before.
    ///
    /// # Panics
    ///
    /// When 30 s pass on tokio's clock without that many; the message lists what was asked instead.
    pub async fn wait_for_count(
        &self,
        count: usize,
        wanted: impl Fn(&RecordedRequest) -> bool,
    ) -> Vec<Arc<RecordedRequest>> {
        let mut changed = self.api.journal.changed.subscribe();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.matching(&wanted);
            if found.len() >= count {
                return found;
            }
            if tokio::time::timeout_at(deadline, changed.changed()).await.is_err() {
                let asked: Vec<String> = self.all().iter().map(|request| format!("  {request}")).collect();
                panic!(
                    "{} of {count} requests came within {PATIENCE:?}; asked was:\n{}",
                    found.len(),
                    asked.join("\n")
                );
            }
        }
    }
}

/// What the server keeps of its requests.
#[derive(Debug)]
pub(super) struct Journal {
    requests: Mutex<VecDeque<Arc<RecordedRequest>>>,
    changed: watch::Sender<()>,
}

impl Default for Journal {
    fn default() -> Self {
        Self { requests: Mutex::default(), changed: watch::Sender::new(()) }
    }
}

impl Journal {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<RecordedRequest>>> {
        self.requests.lock().expect("a predicate of a test panicked while it looked at the requests")
    }

    pub(super) fn record(&self, request: &Arc<RecordedRequest>) {
        let mut requests = self.lock();
        if requests.len() == KEPT {
            requests.pop_front();
        }
        requests.push_back(Arc::clone(request));
        drop(requests);
        self.changed.send_replace(());
    }
}
