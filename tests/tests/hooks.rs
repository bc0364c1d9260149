//! What a controller asks beside its handlers: which objects to leave out, and what an error means.

use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Backoff, Context, Controller, ObjectKey, OnError, controller, testing::Cluster, testing::Traces,
};
use kooper_tests::{Running, pod};
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use serde_json::json;
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use tokio::sync::mpsc;

const SECOND: Duration = Duration::from_secs(1);

/// Handles pods that are labelled as its own, and tells of each call.
struct Ours {
    calls: mpsc::UnboundedSender<String>,
    asked: AtomicU32,
}

#[controller(resource = Pod, filter = Self::is_ours, resync = "never", backoff = "1s")]
impl Ours {
    fn is_ours(&self, pod: &Pod) -> bool {
        let labels = pod.metadata.labels.clone().unwrap_or_default();
        let first = self.asked.fetch_add(1, Ordering::Relaxed) == 0;
        assert!(!(first && labels.contains_key("panics")), "not today");
        labels.get("owner").is_some_and(|owner| owner == "us")
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        Ok(self.calls.send(format!("add {} {}", ctx.key().name(), ctx.attempt()))?)
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        Ok(self.calls.send(format!("delete {}", key.name()))?)
    }
}

fn ours() -> (Ours, mpsc::UnboundedReceiver<String>) {
    let (calls, called) = mpsc::unbounded_channel();
    (Ours { calls, asked: AtomicU32::new(0) }, called)
}

async fn label(pods: &Api<Pod>, name: &str, owner: &str) {
    let patch = Patch::Merge(json!({ "metadata": { "labels": { "owner": owner } } }));
    pods.patch(name, &PatchParams::default(), &patch).await.expect("labelled");
}

#[tokio::test(start_paused = true)]
async fn an_object_that_the_filter_leaves_out_has_no_run_no_trace_and_no_delete() {
    let cluster = Cluster::new();
    let traces = Traces::new();
    let _recording = traces.install();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    for name in ["ours", "theirs", "changes"] {
        pods.create(&PostParams::default(), &pod(name)).await.expect("created");
    }
    label(&pods, "ours", "us").await;
    let (handler, mut called) = ours();
    let running = Running::start(Controller::new(handler).client(cluster.client()));
    assert_eq!(called.recv().await.as_deref(), Some("add ours 1"));

    label(&pods, "changes", "us").await;
    assert_eq!(called.recv().await.as_deref(), Some("add changes 1"));
    // Once `add` has run, `delete` comes whatever the filter says.
    label(&pods, "changes", "them").await;
    tokio::time::sleep(SECOND).await;
    for name in ["theirs", "changes", "ours"] {
        pods.delete(name, &DeleteParams::default().grace_period(0)).await.expect("deleted");
        tokio::time::sleep(SECOND).await;
    }
    assert_eq!(called.recv().await.as_deref(), Some("delete changes"));
    assert_eq!(called.recv().await.as_deref(), Some("delete ours"));
    running.stop().await.expect("drained");
    assert_eq!(called.recv().await, None);
    assert!(traces.of("default/theirs").attempts().is_empty());
    assert_eq!(traces.of("default/changes").attempts().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_panics_fails_the_attempt_which_is_tried_again() {
    let cluster = Cluster::new();
    let traces = Traces::new();
    let _recording = traces.install();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    let mut panics = pod("a");
    panics.metadata.labels =
        Some([("panics", "yes"), ("owner", "us")].map(|(k, v)| (k.into(), v.into())).into());
    pods.create(&PostParams::default(), &panics).await.expect("created");
    let (handler, mut called) = ours();
    let _running = Running::start(Controller::new(handler).client(cluster.client()));
    assert_eq!(called.recv().await.as_deref(), Some("add a 2"));
    traces.wait(|traces| traces.of("default/a").attempts().len() == 2).await;
    let failed = traces.of("default/a").attempts()[0].root();
    assert_eq!(failed.attr("error.type"), "panic");
    assert_eq!(failed.attr("kooper.outcome"), "retried");
    assert!(
        failed.error().is_some_and(|why| why.starts_with("filter panicked: not today (at ")),
        "{:?}",
        failed.error()
    );
    assert!(failed.children().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_filter_given_at_run_time_wins() {
    // Beside tests that record, each has to.
    let _recording = Traces::new().install();
    let cluster = Cluster::new();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    for name in ["a", "b"] {
        pods.create(&PostParams::default(), &pod(name)).await.expect("created");
    }
    let (handler, mut called) = ours();
    let only_b = |pod: &Pod| pod.metadata.name.as_deref() == Some("b");
    let running = Running::start(Controller::new(handler).client(cluster.client()).filter(only_b));
    assert_eq!(called.recv().await.as_deref(), Some("add b 1"));
    running.stop().await.expect("drained");
    assert_eq!(called.recv().await, None);
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the quota is used up")]
    Quota,
    #[error("no such bucket")]
    NoBucket,
    #[error("out of luck")]
    Luck,
}

/// Fails as the pod's name says.
struct Fails(mpsc::UnboundedSender<(String, Duration)>, tokio::time::Instant);

#[controller(resource = Pod, on_error = Self::on_error, backoff = "1s", retries = 1, resync = "never")]
impl Fails {
    fn on_error(error: &Failure, ctx: &Context) -> OnError {
        match error {
            Failure::Quota => OnError::RetryAfter(SECOND * 60 * ctx.attempt()),
            Failure::NoBucket => OnError::GiveUp,
            Failure::Luck => OnError::Retry,
        }
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> Result<(), Failure> {
        let name = ctx.key().name();
        let _ = self.0.send((name.to_owned(), self.1.elapsed()));
        match name {
            "quota" => Err(Failure::Quota),
            "no-bucket" => Err(Failure::NoBucket),
            _ => Err(Failure::Luck),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_is_tried_again_sooner_or_later_or_not_as_the_controller_decides() {
    let cluster = Cluster::new();
    let traces = Traces::new();
    let _recording = traces.install();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    for name in ["quota", "no-bucket", "luck"] {
        pods.create(&PostParams::default(), &pod(name)).await.expect("created");
    }
    let (calls, mut called) = mpsc::unbounded_channel();
    let handler = Fails(calls, tokio::time::Instant::now());
    let running = Running::start(Controller::new(handler).client(cluster.client()));
    tokio::time::sleep(SECOND * 300).await;
    running.stop().await.expect("drained");
    let mut seen = Vec::new();
    while let Some((name, at)) = called.recv().await {
        seen.push(format!("{name} {}", at.as_secs()));
    }
    seen.sort();
    assert_eq!(seen, ["luck 0", "luck 1", "no-bucket 0", "quota 0", "quota 60"]);
    let outcomes = |name: &str| -> Vec<String> {
        let trace = traces.of(&format!("default/{name}"));
        trace
            .attempts()
            .iter()
            .map(|attempt| attempt.root().attr("kooper.outcome").as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(outcomes("quota"), ["retried", "given_up"]);
    assert_eq!(outcomes("no-bucket"), ["permanent"]);
    assert_eq!(outcomes("luck"), ["retried", "given_up"]);
}

/// Fails as a program does that uses `anyhow` everywhere.
struct OfAnyhow;

#[controller(resource = Pod, on_error = Self::on_error, backoff = "1s", retries = 1, resync = "never")]
impl OfAnyhow {
    fn on_error(error: &kooper::Error) -> OnError {
        if error.downcast_ref::<Failure>().is_some() { OnError::GiveUp } else { OnError::Retry }
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> anyhow::Result<()> {
        match ctx.key().name() {
            "permanent" => Err(kooper::permanent("there is no bucket").into()),
            "decided" => Err(Failure::NoBucket.into()),
            _ => anyhow::bail!("bad luck"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_is_known_for_what_it_is_within_one_of_anyhow() {
    let (cluster, traces) = (Cluster::new(), Traces::new());
    let _recording = traces.install();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    for name in ["permanent", "decided", "luck"] {
        pods.create(&PostParams::default(), &pod(name)).await.expect("created");
    }
    let run = cluster.run(OfAnyhow);
    run.settle().await;
    tokio::time::sleep(SECOND * 10).await;
    run.settle().await;
    run.stop().await.expect("drained");
    let attempts = |name: &str| traces.of(&format!("default/{name}")).attempts().len();
    assert_eq!((attempts("permanent"), attempts("decided"), attempts("luck")), (1, 1, 2));
}

#[tokio::test(start_paused = true)]
async fn every_form_of_a_decision_about_errors_is_taken_and_the_last_one_wins() {
    // Beside tests that record, each has to.
    let _recording = Traces::new().install();
    let cluster = Cluster::new();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("luck")).await.expect("created");
    let (calls, mut called) = mpsc::unbounded_channel();
    let controller = Controller::new(Fails(calls, tokio::time::Instant::now()))
        .client(cluster.client())
        .backoff(Backoff::constant(SECOND))
        .on_error(|_: &Failure| OnError::GiveUp)
        .on_error(|_: &Fails, _: &Failure| OnError::GiveUp)
        .on_error(|_: &Fails, _: &kooper::Error, _: &Context| OnError::GiveUp)
        .on_error(|error: &kooper::Error| {
            let known = error.downcast_ref::<Failure>().is_some();
            OnError::RetryAfter(if known { SECOND * 9 } else { SECOND * 5 })
        });
    let _running = Running::start(controller);
    assert_eq!(called.recv().await.map(|(_, at)| at.as_secs()), Some(0));
    assert_eq!(called.recv().await.map(|(_, at)| at.as_secs()), Some(9));
}
