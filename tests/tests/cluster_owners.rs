//! The embedded cluster: what is owned goes with its owner.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use futures_util::StreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kooper::testing::Cluster;
use kube::{
    Api, Error, ResourceExt,
    api::{
        DeleteParams, ListParams, Patch, PatchParams, PostParams, PropagationPolicy, WatchEvent, WatchParams,
    },
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{advance, sleep};

/// Makes a config map that these own.
async fn make(maps: &Api<ConfigMap>, name: &str, owners: &[&ConfigMap]) -> ConfigMap {
    owned(maps, name, owners.iter().map(|owner| owner_ref(owner)).collect()).await
}

fn owner_ref(owner: &ConfigMap) -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "name": owner.name_any(), "uid": owner.uid() })
}

/// Makes one whose owner waits for it in a foreground deletion.
async fn make_blocking(maps: &Api<ConfigMap>, name: &str, owner: &ConfigMap) -> ConfigMap {
    let mut owner = owner_ref(owner);
    owner["blockOwnerDeletion"] = true.into();
    owned(maps, name, vec![owner]).await
}

async fn owned(maps: &Api<ConfigMap>, name: &str, owners: Vec<Value>) -> ConfigMap {
    let map = json!({ "metadata": { "name": name, "ownerReferences": owners } });
    maps.create(&PostParams::default(), &serde_json::from_value(map).unwrap()).await.unwrap()
}

async fn names(maps: &Api<ConfigMap>) -> Vec<String> {
    maps.list(&ListParams::default()).await.unwrap().iter().map(ResourceExt::name_any).collect()
}

fn maps() -> Api<ConfigMap> {
    Api::default_namespaced(Cluster::new().client())
}

fn propagating(policy: PropagationPolicy) -> DeleteParams {
    DeleteParams { propagation_policy: Some(policy), ..DeleteParams::default() }
}

#[tokio::test]
async fn dependents_go_with_their_last_owner() {
    let maps = maps();
    let a = make(&maps, "a", &[]).await;
    let b = make(&maps, "b", &[]).await;
    let child = make(&maps, "child", &[&a, &b]).await;
    make(&maps, "grandchild", &[&child]).await;
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    assert_eq!(names(&maps).await, ["b", "child", "grandchild"]);
    assert_eq!(maps.get("child").await.unwrap().owner_references().len(), 1);
    maps.delete("b", &DeleteParams::default()).await.unwrap();
    assert!(names(&maps).await.is_empty());
}

#[tokio::test]
async fn orphans_stay_without_their_owner() {
    let maps = maps();
    let a = make(&maps, "a", &[]).await;
    make(&maps, "child", &[&a]).await;
    maps.delete("a", &propagating(PropagationPolicy::Orphan)).await.unwrap();
    assert_eq!(names(&maps).await, ["child"]);
    assert!(maps.get("child").await.unwrap().owner_references().is_empty());
}

const HOLD: &str = "example.com/hold";

fn finalizers(names: &[&str]) -> Patch<Value> {
    Patch::Merge(json!({ "metadata": { "finalizers": names } }))
}

#[tokio::test]
async fn a_foreground_deletion_waits_for_the_dependents_that_block_it() {
    let maps = maps();
    let a = make(&maps, "a", &[]).await;
    make_blocking(&maps, "free", &a).await;
    make_blocking(&maps, "held", &a).await;
    maps.patch("held", &PatchParams::default(), &finalizers(&[HOLD])).await.unwrap();
    maps.delete("a", &propagating(PropagationPolicy::Foreground)).await.unwrap();
    assert_eq!(names(&maps).await, ["a", "held"]);
    assert_eq!(maps.get("a").await.unwrap().finalizers(), ["foregroundDeletion"]);
    maps.patch("held", &PatchParams::default(), &finalizers(&[])).await.unwrap();
    assert!(names(&maps).await.is_empty());
}

#[tokio::test]
async fn a_foreground_deletion_does_not_wait_for_others() {
    let maps = maps();
    let a = make(&maps, "a", &[]).await;
    make(&maps, "held", &[&a]).await;
    maps.patch("held", &PatchParams::default(), &finalizers(&[HOLD])).await.unwrap();
    maps.delete("a", &propagating(PropagationPolicy::Foreground)).await.unwrap();
    assert_eq!(names(&maps).await, ["held"]);
    assert!(maps.get("held").await.unwrap().metadata.deletion_timestamp.is_some());
}

#[tokio::test]
async fn a_foreground_deletion_goes_down_the_tree_leaves_first() {
    let maps = maps();
    let a = make(&maps, "a", &[]).await;
    let b = make_blocking(&maps, "b", &a).await;
    make_blocking(&maps, "c", &b).await;
    maps.patch("c", &PatchParams::default(), &finalizers(&[HOLD])).await.unwrap();
    maps.delete("a", &propagating(PropagationPolicy::Foreground)).await.unwrap();
    assert_eq!(names(&maps).await, ["a", "b", "c"]);
    maps.patch("c", &PatchParams::default(), &finalizers(&[])).await.unwrap();
    assert!(names(&maps).await.is_empty());
}

#[tokio::test]
async fn objects_that_own_each_other_do_not_hold_each_other() {
    let maps = maps();
    let a = make(&maps, "a", &[]).await;
    let b = make_blocking(&maps, "b", &a).await;
    let mut owner = owner_ref(&b);
    owner["blockOwnerDeletion"] = true.into();
    let cycle = Patch::Merge(json!({ "metadata": { "ownerReferences": [owner] } }));
    maps.patch("a", &PatchParams::default(), &cycle).await.unwrap();
    maps.delete("a", &propagating(PropagationPolicy::Foreground)).await.unwrap();
    assert!(names(&maps).await.is_empty());
}

#[tokio::test]
async fn what_is_made_for_an_owner_that_is_gone_goes_too() {
    let maps = maps();
    let a = make(&maps, "a", &[]).await;
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    make(&maps, "late", &[&a]).await;
    assert!(names(&maps).await.is_empty());
    // Another object of its name is not the owner.
    make(&maps, "a", &[]).await;
    make(&maps, "late", &[&a]).await;
    assert_eq!(names(&maps).await, ["a"]);
    // Whether an owner of a kind that is not served is there cannot be told.
    let unknown = json!({ "apiVersion": "example.com/v1", "kind": "Site", "name": "s", "uid": "u" });
    owned(&maps, "kept", vec![unknown]).await;
    assert_eq!(names(&maps).await, ["a", "kept"]);
}

#[tokio::test]
async fn what_a_test_puts_with_a_made_up_owner_stays() {
    let cluster = Cluster::new();
    let owner = json!({ "apiVersion": "v1", "kind": "Pod", "name": "web", "uid": "made-up" });
    let metadata = json!({ "name": "child", "ownerReferences": [owner] });
    cluster.put(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata }));
    let maps = Api::default_namespaced(cluster.client());
    make(&maps, "other", &[]).await;
    assert_eq!(names(&maps).await, ["child", "other"]);
}

#[tokio::test]
async fn without_controllers_nothing_is_collected_and_no_namespace_ends() {
    let cluster = Cluster::builder().controllers(false).build();
    let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
    let a = make(&maps, "a", &[]).await;
    make(&maps, "child", &[&a]).await;
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    assert_eq!(names(&maps).await, ["child"]);
    let (team, inside) = team(&cluster).await;
    team.delete("team", &DeleteParams::default()).await.unwrap();
    assert_eq!((phase(&team).await.as_str(), names(&inside).await.len()), ("Terminating", 1));
}

#[tokio::test]
async fn each_of_the_two_can_be_switched_off_alone() {
    let cluster = Cluster::builder().garbage_collection(None).build();
    let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
    let a = make(&maps, "a", &[]).await;
    make(&maps, "child", &[&a]).await;
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    assert_eq!(names(&maps).await, ["child"]);
    let (team_of, inside) = team(&cluster).await;
    team_of.delete("team", &DeleteParams::default()).await.unwrap();
    assert!(phase(&team_of).await == "gone" && names(&inside).await.is_empty());

    let cluster = Cluster::builder().namespace_termination(None).build();
    let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
    let a = make(&maps, "a", &[]).await;
    make(&maps, "child", &[&a]).await;
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    assert!(names(&maps).await.is_empty());
    let (team, _) = team(&cluster).await;
    team.delete("team", &DeleteParams::default()).await.unwrap();
    assert_eq!(phase(&team).await, "Terminating");
}

#[tokio::test(start_paused = true)]
async fn garbage_is_collected_on_the_paused_clock_step_by_step() {
    let cluster = Cluster::builder().garbage_collection(Duration::from_secs(30)).build();
    let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
    let a = make(&maps, "a", &[]).await;
    let child = make(&maps, "child", &[&a]).await;
    make(&maps, "grandchild", &[&child]).await;
    sleep(Duration::from_mins(1)).await;
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    let watched = maps.watch(&WatchParams::default(), "0").await.unwrap();
    sleep(Duration::from_secs(29)).await;
    assert_eq!(names(&maps).await, ["child", "grandchild"]);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(names(&maps).await, ["grandchild"]);
    sleep(Duration::from_secs(30)).await;
    assert!(names(&maps).await.is_empty());
    // Nobody asked for anything meanwhile: watchers were told when it happened.
    let events: Vec<String> = watched
        .take(4)
        .map(|event| match event.unwrap() {
            WatchEvent::Added(map) => format!("ADDED {}", map.name_any()),
            WatchEvent::Deleted(map) => format!("DELETED {}", map.name_any()),
            other => panic!("{other:?}"),
        })
        .collect()
        .await;
    assert_eq!(events, ["ADDED child", "ADDED grandchild", "DELETED child", "DELETED grandchild"]);

    let b = make(&maps, "b", &[]).await;
    make_blocking(&maps, "blocking", &b).await;
    maps.delete("b", &propagating(PropagationPolicy::Foreground)).await.unwrap();
    advance(Duration::from_secs(29)).await;
    assert_eq!(names(&maps).await, ["b", "blocking"]);
    sleep(Duration::from_mins(2)).await;
    assert!(names(&maps).await.is_empty());

    let c = make(&maps, "c", &[]).await;
    make(&maps, "orphan", &[&c]).await;
    maps.delete("c", &propagating(PropagationPolicy::Orphan)).await.unwrap();
    assert_eq!(maps.get("orphan").await.unwrap().owner_references().len(), 1);
    sleep(Duration::from_secs(31)).await;
    assert_eq!(names(&maps).await, ["orphan"]);
    assert!(maps.get("orphan").await.unwrap().owner_references().is_empty());
}

/// A namespace `team` with a config map in it.
async fn team(cluster: &Cluster) -> (Api<Namespace>, Api<ConfigMap>) {
    let namespaces: Api<Namespace> = Api::all(cluster.client());
    let team = serde_json::from_value(json!({ "metadata": { "name": "team" } })).unwrap();
    namespaces.create(&PostParams::default(), &team).await.unwrap();
    let maps = Api::namespaced(cluster.client(), "team");
    make(&maps, "inside", &[]).await;
    (namespaces, maps)
}

async fn phase(namespaces: &Api<Namespace>) -> String {
    match namespaces.get_opt("team").await.unwrap() {
        Some(team) => team.status.and_then(|status| status.phase).unwrap_or_default(),
        None => "gone".into(),
    }
}

#[tokio::test]
async fn a_namespace_ends_once_nothing_in_it_is_held() {
    let cluster = Cluster::new();
    let (team, maps) = team(&cluster).await;
    maps.patch("inside", &PatchParams::default(), &finalizers(&[HOLD])).await.unwrap();
    team.delete("team", &DeleteParams::default()).await.unwrap();
    assert_eq!((phase(&team).await.as_str(), names(&maps).await.len()), ("Terminating", 1));
    let late = serde_json::from_value(json!({ "metadata": { "name": "late" } })).unwrap();
    let refused = maps.create(&PostParams::default(), &late).await.unwrap_err();
    assert!(matches!(&refused, Error::Api(status) if status.code == 403), "{refused:?}");
    maps.patch("inside", &PatchParams::default(), &finalizers(&[])).await.unwrap();
    assert_eq!(phase(&team).await, "gone");
}

#[tokio::test]
async fn a_namespace_waits_for_finalizers_of_its_own() {
    let cluster = Cluster::new();
    let (team, maps) = team(&cluster).await;
    team.patch("team", &PatchParams::default(), &finalizers(&[HOLD])).await.unwrap();
    team.delete("team", &DeleteParams::default()).await.unwrap();
    assert_eq!((phase(&team).await.as_str(), names(&maps).await.len()), ("Terminating", 0));
    team.patch("team", &PatchParams::default(), &finalizers(&[])).await.unwrap();
    assert_eq!(phase(&team).await, "gone");
}

#[tokio::test(start_paused = true)]
async fn a_namespace_ends_on_the_paused_clock() {
    let cluster = Cluster::builder().namespace_termination(Duration::from_secs(10)).build();
    let (team, maps) = team(&cluster).await;
    team.delete("team", &DeleteParams::default()).await.unwrap();
    advance(Duration::from_secs(9)).await;
    assert_eq!((phase(&team).await.as_str(), names(&maps).await.len()), ("Terminating", 1));
    sleep(Duration::from_secs(2)).await;
    assert_eq!(names(&maps).await.len(), 0);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(phase(&team).await, "gone");
}
