//! A controller that does again what Kooper's own traced-controller was recorded doing.

use crate::JaegerSpan;
use k8s_openapi::api::core::v1::Pod;
use kooper::{Backoff, Context, Controller, ObjectKey, controller, testing::Cluster};
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use serde_json::json;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Mutex,
    time::Duration,
};
use tokio::sync::mpsc;
use tracing::{Instrument as _, Span, info_span};

/// The service and the controller that were recorded.
pub const RECORDED: &str = "traced-pod-controller";

/// One recorded trace.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its spans, the root first, then in the order of their starts.
    pub spans: Vec<JaegerSpan>,
}

impl Recorded {
    /// The traces of a recording, in the order of their starts.
    pub fn all(spans: Vec<JaegerSpan>) -> Vec<Self> {
        let mut traces = BTreeMap::<String, Vec<JaegerSpan>>::new();
        for span in spans {
            traces.entry(span.ids[0].clone()).or_default().push(span);
        }
        let mut traces: Vec<_> = traces.into_values().map(|spans| Self { spans }).collect();
        for trace in &mut traces {
            trace.spans.sort_by_key(|span| (!span.ids[2].is_empty(), span.time[0]));
        }
        traces.sort_by_key(|trace| trace.root().time[0]);
        traces
    }

    /// The root.
    pub fn root(&self) -> &JaegerSpan {
        &self.spans[0]
    }

    /// The key of the object.
    pub fn key(&self) -> &str {
        self.root().tag("kubernetes.object.key")
    }

    /// The spans right below one.
    pub fn below<'a>(&'a self, parent: &'a JaegerSpan) -> impl Iterator<Item = &'a JaegerSpan> {
        self.spans.iter().filter(|span| span.ids[2] == parent.ids[1])
    }

    /// Whether it is that of a deletion.
    pub fn is_delete(&self) -> bool {
        self.spans.iter().any(|span| span.name == "handleDeleteObject")
    }

    fn failed(&self) -> bool {
        self.root().tags.contains_key("error")
    }

    /// Whether it is followed by another attempt without a reason from outside.
    fn is_retried(&self) -> bool {
        let said = |log: &(u64, Vec<(String, String)>)| {
            log.1.iter().any(|(_, value)| value == "string \"reenqueued\"")
        };
        self.root().logs.iter().any(said)
    }

    /// Makes the spans below the handler's again.
    async fn play(&self) -> Result<(), &'static str> {
        let handler = self.below(self.root()).next().expect("a handler's span");
        for span in self.below(handler) {
            self.play_span(span, &Span::current()).await;
        }
        if self.failed() { Err("randomly failed") } else { Ok(()) }
    }

    async fn play_span(&self, played: &JaegerSpan, parent: &Span) {
        let (name, service) = (played.name.as_str(), played.service.as_str());
        let failed = played.tags.contains_key("error");
        let (error, status) = (failed.then_some(true), failed.then_some("ERROR"));
        let span = if service == RECORDED {
            info_span!(parent: parent, "call", otel.name = name, error, otel.status_code = status)
        } else {
            info_span!(parent: parent, "call", otel.name = name, otel.service = service, error, otel.status_code = status)
        };
        let below = async {
            for child in self.below(played) {
                Box::pin(self.play_span(child, &span)).await;
            }
        };
        below.instrument(span.clone()).await;
    }
}

struct Replay {
    /// What is still to be done for each key.
    plans: Mutex<BTreeMap<String, VecDeque<Recorded>>>,
    ends: mpsc::UnboundedSender<()>,
}

#[controller(resource = Pod, name = "traced-pod-controller", retries = 5, resync = "20s", workers = 30)]
impl Replay {
    async fn add(&self, ctx: Context, _pod: Pod) -> Result<(), kooper::Error> {
        self.next(ctx.key()).await
    }

    async fn delete(&self, ctx: Context, _key: ObjectKey) -> Result<(), kooper::Error> {
        self.next(ctx.key()).await
    }
}

impl Replay {
    async fn next(&self, key: &ObjectKey) -> Result<(), kooper::Error> {
        let next = self.plans.lock().expect("no panic").get_mut(key.as_str()).and_then(VecDeque::pop_front);
        let Some(next) = next else { return Ok(()) };
        let result = next.play().await;
        if !next.is_retried() {
            let _ = self.ends.send(());
        }
        result.map_err(kooper::Error::msg)
    }
}

/// Does what was recorded, in an embedded cluster, with whatever subscriber there is.
///
/// # Panics
///
/// If the cluster or the controller fails.
pub async fn replay(recorded: &[Recorded]) {
    let mut plans = BTreeMap::<String, VecDeque<Recorded>>::new();
    for trace in recorded {
        plans.entry(trace.key().to_owned()).or_default().push_back(trace.clone());
    }
    let cluster = Cluster::new();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    let (ends, mut ended) = mpsc::unbounded_channel();
    let controller = Controller::new(Replay { plans: Mutex::new(plans.clone()), ends })
        .client(cluster.client())
        .backoff(Backoff::constant(Duration::from_millis(1)));
    let running = crate::Running::start(controller);
    for (key, plan) in plans {
        let (_, name) = key.split_once('/').expect("a key with a namespace");
        pods.create(&PostParams::default(), &crate::pod(name)).await.expect("created");
        // One run after the other; each ends by success, or is given up.
        let runs = plan.iter().filter(|trace| !trace.is_retried());
        for (number, run) in runs.enumerate() {
            if run.is_delete() {
                pods.delete(name, &DeleteParams::default().grace_period(0)).await.expect("deleted");
            } else if number > 0 {
                let touched = json!({ "metadata": { "labels": { "run": number.to_string() } } });
                pods.patch(name, &PatchParams::default(), &Patch::Merge(touched)).await.expect("touched");
            }
            ended.recv().await.expect("the controller runs");
        }
    }
    running.stop().await.expect("drained");
}
