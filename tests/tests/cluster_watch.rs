//! The embedded cluster: watches, and the faults that they meet.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{pin::pin, time::Duration};

use futures_util::{Stream, StreamExt};
use k8s_openapi::api::core::v1::ConfigMap;
use kooper::testing::Cluster;
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams},
};
use serde_json::json;

fn config_map(name: &str, app: &str) -> ConfigMap {
    serde_json::from_value(json!({ "metadata": { "name": name, "labels": { "app": app } } }))
        .expect("this is a config map")
}

/// The next event, as `ADDED name`.
async fn next(events: &mut (impl Stream<Item = kube::Result<WatchEvent<ConfigMap>>> + Unpin)) -> String {
    match events.next().await {
        Some(Ok(WatchEvent::Added(object))) => format!("ADDED {}", object.name_any()),
        Some(Ok(WatchEvent::Modified(object))) => format!("MODIFIED {}", object.name_any()),
        Some(Ok(WatchEvent::Deleted(object))) => format!("DELETED {}", object.name_any()),
        Some(Ok(WatchEvent::Bookmark(mark))) => {
            format!("BOOKMARK {}", if mark.metadata.annotations.is_empty() { "" } else { "end" })
        }
        Some(Ok(WatchEvent::Error(status))) => format!("ERROR {}", status.code),
        Some(Err(error)) => format!("broken: {error}"),
        None => "end".into(),
    }
}

async fn version(maps: &Api<ConfigMap>) -> String {
    maps.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap()
}

async fn relabel(maps: &Api<ConfigMap>, name: &str, app: &str) {
    let patch = Patch::Merge(json!({ "metadata": { "labels": { "app": app } } }));
    maps.patch(name, &PatchParams::default(), &patch).await.unwrap();
}

#[tokio::test]
async fn a_watch_tells_each_change_after_its_version() {
    let maps: Api<ConfigMap> = Api::default_namespaced(Cluster::new().client());
    maps.create(&PostParams::default(), &config_map("before", "web")).await.unwrap();
    let from = version(&maps).await;
    maps.create(&PostParams::default(), &config_map("a", "web")).await.unwrap();
    let mut events = pin!(maps.watch(&WatchParams::default(), &from).await.unwrap());
    assert_eq!(next(&mut events).await, "ADDED a");
    relabel(&maps, "a", "db").await;
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    assert_eq!(next(&mut events).await, "MODIFIED a");
    assert_eq!(next(&mut events).await, "DELETED a");
}

#[tokio::test]
async fn a_selector_turns_changes_into_additions_and_deletions() {
    let maps: Api<ConfigMap> = Api::default_namespaced(Cluster::new().client());
    let from = version(&maps).await;
    let mut events = pin!(maps.watch(&WatchParams::default().labels("app=web"), &from).await.unwrap());
    maps.create(&PostParams::default(), &config_map("a", "db")).await.unwrap();
    relabel(&maps, "a", "web").await;
    relabel(&maps, "a", "db").await;
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    maps.create(&PostParams::default(), &config_map("b", "web")).await.unwrap();
    assert_eq!(next(&mut events).await, "ADDED a");
    assert_eq!(next(&mut events).await, "DELETED a");
    assert_eq!(next(&mut events).await, "ADDED b");
}

#[tokio::test]
async fn a_streaming_list_ends_with_its_bookmark() {
    let maps: Api<ConfigMap> = Api::default_namespaced(Cluster::new().client());
    for name in ["a", "b"] {
        maps.create(&PostParams::default(), &config_map(name, "web")).await.unwrap();
    }
    let mut events = pin!(maps.watch(&WatchParams::default().initial_events(), "0").await.unwrap());
    for wanted in ["ADDED a", "ADDED b", "BOOKMARK end"] {
        assert_eq!(next(&mut events).await, wanted);
    }
    maps.create(&PostParams::default(), &config_map("c", "web")).await.unwrap();
    assert_eq!(next(&mut events).await, "ADDED c");
}

#[tokio::test(start_paused = true)]
async fn paused_time_brings_bookmarks_and_the_end_at_once() {
    let maps: Api<ConfigMap> = Api::default_namespaced(Cluster::new().client());
    let from = version(&maps).await;
    let start = tokio::time::Instant::now();
    let mut events = pin!(maps.watch(&WatchParams::default().timeout(100), &from).await.unwrap());
    assert_eq!(next(&mut events).await, "BOOKMARK ");
    assert_eq!(start.elapsed().as_secs(), 60);
    assert_eq!(next(&mut events).await, "end");
    assert_eq!(start.elapsed().as_secs(), 100);
}

#[tokio::test]
async fn a_watch_from_before_a_compaction_ends_in_410() {
    let cluster = Cluster::new();
    let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
    let from = version(&maps).await;
    maps.create(&PostParams::default(), &config_map("a", "web")).await.unwrap();
    cluster.faults().compact();
    let mut events = pin!(maps.watch(&WatchParams::default(), &from).await.unwrap());
    assert_eq!(next(&mut events).await, "ERROR 410");
    assert_eq!(next(&mut events).await, "end");
}

#[tokio::test]
async fn open_watches_meet_every_fault() {
    let cluster = Cluster::new();
    let faults = cluster.faults();
    let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
    let from = version(&maps).await;
    let open = async || maps.watch(&WatchParams::default(), &from).await.unwrap();

    {
        let mut events = pin!(open().await);
        faults.watches().resource("configmaps").opened(1).await;
        maps.create(&PostParams::default(), &config_map("a", "web")).await.unwrap();
        assert_eq!(next(&mut events).await, "ADDED a");
        faults.watches().repeat();
        assert_eq!(next(&mut events).await, "ADDED a");
        faults.watches().hang();
        maps.create(&PostParams::default(), &config_map("b", "web")).await.unwrap();
        let silent = tokio::time::timeout(Duration::from_millis(50), next(&mut events)).await;
        assert!(silent.is_err(), "a hanging watch tells nothing: {silent:?}");
        faults.watches().go_on();
        assert_eq!(next(&mut events).await, "ADDED b");
        faults.watches().end();
        assert_eq!(next(&mut events).await, "end");
    }
    faults.watches().closed(0).await;

    for (fault, seen) in [
        (Box::new(|| faults.watches().fail(410)) as Box<dyn Fn()>, "ERROR 410"),
        (Box::new(|| faults.watches().garble()), "broken"),
        (Box::new(|| faults.watches().drop_connections()), "broken"),
        (Box::new(|| faults.watches().cut()), "broken"),
    ] {
        let mut events = pin!(open().await);
        assert_eq!(next(&mut events).await, "ADDED a");
        assert_eq!(next(&mut events).await, "ADDED b");
        fault();
        let event = next(&mut events).await;
        assert!(event.starts_with(seen), "{seen}: {event}");
    }
}
