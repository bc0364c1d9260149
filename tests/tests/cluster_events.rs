//! The embedded cluster: faults of single events, of objects and of the clock; each in one call, and by chance.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use futures_util::{Stream, StreamExt};
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{
    ObjectKey,
    testing::{Cluster, EventFault},
};
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, ListParams, PostParams, WatchEvent, WatchParams},
};
use serde_json::json;
use std::{
    pin::{Pin, pin},
    time::Duration,
};
use tokio::time::{Instant, timeout};

async fn create(maps: &Api<ConfigMap>, name: &str) {
    let map = json!({ "metadata": { "name": name }, "data": { "key": "value" } });
    maps.create(&PostParams::default(), &serde_json::from_value(map).unwrap()).await.unwrap();
}

type Events<'a> = Pin<&'a mut (dyn Stream<Item = kube::Result<WatchEvent<ConfigMap>>> + Send)>;

/// The next event, in a word.
async fn next(events: &mut Events<'_>) -> String {
    match timeout(Duration::from_hours(1), events.next()).await {
        Err(_) => "silence".into(),
        Ok(None) => "end".into(),
        Ok(Some(Ok(WatchEvent::Added(map)))) => format!("ADDED {}", map.name_any()),
        Ok(Some(Ok(WatchEvent::Modified(map)))) => format!("MODIFIED {}", map.name_any()),
        Ok(Some(Ok(WatchEvent::Deleted(map)))) => format!("DELETED {}", map.name_any()),
        Ok(Some(Ok(WatchEvent::Bookmark(_)))) => "BOOKMARK".into(),
        Ok(Some(Ok(WatchEvent::Error(status)))) => format!("ERROR {}", status.code),
        Ok(Some(Err(_))) => "broken".into(),
    }
}

/// What a watch tells of `a` and `b`, where the fault meets `b`, and how long after it was made the last came.
async fn met(fault: impl Fn(EventFault<'_>)) -> (Vec<String>, u64) {
    let cluster = Cluster::new();
    let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
    fault(
        cluster.faults().next_events(1).resource("configmaps").namespace("default").name("b").kind("ADDED"),
    );
    let list = maps.list(&ListParams::default()).await.unwrap();
    let params = WatchParams { bookmarks: false, ..WatchParams::default() };
    let mut events = pin!(maps.watch(&params, &list.metadata.resource_version.unwrap()).await.unwrap());
    let mut events: Events<'_> = events.as_mut();
    for name in ["a", "b", "c"] {
        create(&maps, name).await;
    }
    let began = Instant::now();
    let mut told = Vec::new();
    loop {
        let event = next(&mut events).await;
        if event != "silence" && event != "end" {
            told.push(event);
            continue;
        }
        if event == "silence" && !told.contains(&"ADDED c".into()) {
            told.push(event);
            cluster.faults().watches().go_on();
            continue;
        }
        return (told, began.elapsed().as_secs());
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_meets_every_fault() {
    let told = async |fault: &dyn Fn(EventFault<'_>)| met(fault).await.0;
    assert_eq!(told(&|fault| fault.lose()).await, ["ADDED a", "ADDED c"]);
    assert_eq!(told(&|fault| fault.repeat()).await, ["ADDED a", "ADDED b", "ADDED b", "ADDED c"]);
    assert_eq!(told(&|fault| fault.fail(410)).await, ["ADDED a", "ERROR 410"]);
    assert_eq!(told(&|fault| fault.drop_connection()).await, ["ADDED a", "broken"]);
    assert_eq!(told(&|fault| fault.cut(30)).await[..2], ["ADDED a", "broken"]);
    assert_eq!(told(&|fault| fault.garble()).await[..2], ["ADDED a", "broken"]);
    assert_eq!(told(&|fault| fault.spoil()).await, ["ADDED a", "broken", "ADDED c"]);
    assert_eq!(told(&|fault| fault.hang()).await, ["ADDED a", "silence", "ADDED b", "ADDED c"]);
    let (told, _) = met(|fault| fault.slow(Duration::from_mins(1))).await;
    assert_eq!(told, ["ADDED a", "ADDED b", "ADDED c"]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_event_holds_up_those_behind_it() {
    let cluster = Cluster::new();
    let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
    let params = WatchParams { bookmarks: false, ..WatchParams::default() };
    let mut events = pin!(maps.watch(&params, "0").await.unwrap());
    let mut events: Events<'_> = events.as_mut();
    cluster.faults().next_events(1).slow(Duration::from_mins(1));
    let began = Instant::now();
    for name in ["a", "b"] {
        create(&maps, name).await;
    }
    for name in ["ADDED a", "ADDED b"] {
        assert_eq!(next(&mut events).await, name);
        assert_eq!(began.elapsed().as_secs(), 60);
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_draws_the_same_events_and_objects() {
    let draw = async |seed: u64| {
        let cluster = Cluster::new();
        let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
        cluster.faults().every_event().resource("configmaps").chance(0.5, seed).lose();
        let params = WatchParams { bookmarks: false, ..WatchParams::default() };
        let mut events = pin!(maps.watch(&params, "0").await.unwrap());
        let mut events: Events<'_> = events.as_mut();
        for number in 10..74 {
            create(&maps, &format!("map-{number}")).await;
        }
        let mut told = Vec::new();
        while told.last().is_none_or(|event| event != "end") {
            told.push(next(&mut events).await);
        }
        let vanished = cluster.faults().vanish_some("configmaps", 0.5, seed);
        let left = maps.list(&ListParams::default()).await.unwrap().items.len();
        assert_eq!(left + vanished.len(), 64);
        assert!(
            (16..48).contains(&told.len()) && (16..48).contains(&left),
            "about half: {} {left}",
            told.len()
        );
        (told, vanished)
    };
    let first = draw(7).await;
    assert_eq!(first, draw(7).await);
    assert_ne!(first, draw(8).await);
}

#[tokio::test]
async fn a_spoilt_object_fits_no_type_and_keeps_its_metadata() {
    let cluster = Cluster::new();
    let containers = json!([{ "name": "main", "image": "nginx" }]);
    let metadata = json!({ "name": "web", "labels": { "app": "web" } });
    cluster.put(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": { "containers": containers } }));
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    let key = ObjectKey::namespaced("default", "web");
    assert!(pods.get("web").await.is_ok() && cluster.faults().spoil("pods", &key));
    assert!(matches!(pods.get("web").await, Err(kube::Error::SerdeError(_))));
    assert_eq!(pods.get_metadata("web").await.unwrap().labels()["app"], "web");
    assert!(!cluster.faults().spoil("pods", &ObjectKey::namespaced("default", "db")));
    pods.delete("web", &DeleteParams::default()).await.unwrap_err();
    assert!(pods.get_opt("web").await.unwrap().is_none(), "it was deleted, though the answer fits no type");
}

#[tokio::test(start_paused = true)]
async fn the_clock_jumps_at_requests_by_chance_too() {
    let cluster = Cluster::new();
    let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
    let hour = Duration::from_hours(1);
    cluster.faults().next(1).verb("create").clock_jumps(2 * hour);
    cluster.faults().every().verb("create").chance(0.5, 3).clock_falls_back(hour);
    let mut times = Vec::new();
    for number in 0..20 {
        create(&maps, &format!("map-{number}")).await;
        let map = maps.get(&format!("map-{number}")).await.unwrap();
        times.push(map.metadata.creation_timestamp.unwrap().0);
    }
    let steps: Vec<i64> = times.windows(2).map(|pair| (pair[1] - pair[0]).get_seconds()).collect();
    let back = steps.iter().filter(|step| **step <= -3599).count();
    assert!(steps.iter().all(|step| *step <= 1), "{steps:?}");
    assert!((4..16).contains(&back), "about half of 19: {steps:?}");
}
