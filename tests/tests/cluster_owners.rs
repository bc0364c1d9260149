//! The embedded cluster: what is owned goes with its owner.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use k8s_openapi::api::core::v1::ConfigMap;
use kooper::testing::Cluster;
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, PropagationPolicy},
};
use serde_json::json;

/// Makes a config map that these own.
async fn make(maps: &Api<ConfigMap>, name: &str, owners: &[&ConfigMap]) -> ConfigMap {
    let owners: Vec<_> = owners
        .iter()
        .map(|owner| json!({ "apiVersion": "v1", "kind": "ConfigMap", "name": owner.name_any(), "uid": owner.uid() }))
        .collect();
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

#[tokio::test]
async fn a_foreground_deletion_waits_for_the_dependents() {
    let maps = maps();
    let a = make(&maps, "a", &[]).await;
    make(&maps, "free", &[&a]).await;
    make(&maps, "held", &[&a]).await;
    let hold = Patch::Merge(json!({ "metadata": { "finalizers": ["example.com/hold"] } }));
    maps.patch("held", &PatchParams::default(), &hold).await.unwrap();
    maps.delete("a", &propagating(PropagationPolicy::Foreground)).await.unwrap();
    assert_eq!(names(&maps).await, ["a", "held"]);
    let free = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    maps.patch("held", &PatchParams::default(), &free).await.unwrap();
    assert!(names(&maps).await.is_empty());
}

#[tokio::test]
async fn without_controllers_nothing_is_collected() {
    let maps: Api<ConfigMap> =
        Api::default_namespaced(Cluster::builder().controllers(false).build().client());
    let a = make(&maps, "a", &[]).await;
    make(&maps, "child", &[&a]).await;
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    assert_eq!(names(&maps).await, ["child"]);
}
