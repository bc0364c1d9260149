//! What a controller does with one set of pods, as text to compare with what another one does.

use crate::{Running, pod, undecodable_pod};
use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Controller,
    testing::{Cluster, RecordedSpan, Traces},
};
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use serde_json::json;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// The traces that a controller of pods leaves in one life of a cluster, each span as a line, without what differs from run to run
/// and from source to source.
///
/// Each of the pods comes and goes, and is named after what may happen to it: a handler that knows the names plays along. One
/// cannot be decoded, and one is changed.
///
/// # Panics
///
/// Where the controller does not do its work. It takes tokio's clock to be paused.
pub async fn traces_of_a_life<H: kooper::Runnable>(handler: H) -> Vec<String> {
    let cluster = Cluster::new();
    let traces = Traces::new();
    let _recording = traces.install();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    let names = ["again", "fails", "for-good", "gives-up", "hangs", "panics", "plain"];
    for name in names {
        pods.create(&PostParams::default(), &pod(name)).await.expect("created");
    }
    cluster.put(undecodable_pod("broken"));
    let running = Running::start(Controller::new(handler).client(cluster.client()));
    tokio::time::sleep(SECOND * 60).await;
    let change = Patch::Merge(json!({ "metadata": { "labels": { "changed": "yes" } } }));
    pods.patch("plain", &PatchParams::default(), &change).await.expect("changed");
    tokio::time::sleep(SECOND * 60).await;
    for name in names {
        pods.delete(name, &DeleteParams::default().grace_period(0)).await.expect("deleted");
    }
    tokio::time::sleep(SECOND * 60).await;
    running.stop().await.expect("drained");
    let mut told = Vec::new();
    for name in [&names[..], &["broken"]].concat() {
        for attempt in traces.of(&format!("default/{name}")).attempts() {
            text(&attempt.root(), 0, &mut told);
        }
    }
    told
}

/// A span as text, without what must differ (ids, times, uids, places in the source): of those attributes the name alone.
fn text(span: &RecordedSpan, depth: usize, lines: &mut Vec<String>) {
    const DIFFER: [&str; 6] = [
        "code.file.path",
        "code.line.number",
        "kooper.backoff.planned_end",
        "kooper.backoff.start",
        "kooper.queue.wait_ms",
        "kubernetes.object.uid",
    ];
    const OF_THREADS: [&str; 4] = ["thread.id", "thread.name", "code.module.name", "target"];
    let shown = span.attrs().iter().filter(|attr| !OF_THREADS.contains(&attr.key.as_str()));
    let mut attributes: Vec<String> = shown
        .map(|attr| match attr.key.as_str() {
            key if DIFFER.contains(&key) => key.to_owned(),
            key => format!("{key}={:?}", attr.value),
        })
        .collect();
    attributes.sort();
    lines.push(format!(
        "{depth} {} {:?} {:?} links={} {attributes:?} {:?}",
        span.name(),
        span.kind(),
        span.error(),
        span.links().len(),
        span.logs()
    ));
    for child in span.children() {
        text(&child, depth + 1, lines);
    }
}
