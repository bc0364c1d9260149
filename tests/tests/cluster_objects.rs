//! The embedded cluster: objects are written and read as on a real API server.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Pod};
use kooper::testing::Cluster;
use kube::{
    Api, Error, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams},
};
use serde_json::json;

fn pod(name: &str) -> Pod {
    let pod = json!({
        "metadata": { "name": name, "labels": { "app": name } },
        "spec": { "containers": [{ "name": "main", "image": "nginx" }] },
    });
    serde_json::from_value(pod).expect("this is a pod")
}

fn config_map(name: &str, value: &str) -> ConfigMap {
    serde_json::from_value(json!({ "metadata": { "name": name }, "data": { "key": value } }))
        .expect("this is a config map")
}

fn code<T: std::fmt::Debug>(result: kube::Result<T>) -> (u16, String) {
    match result {
        Err(Error::Api(status)) => (status.code, status.reason),
        other => panic!("the server refuses this: {other:?}"),
    }
}

#[tokio::test]
async fn a_new_cluster_has_the_four_namespaces() {
    let namespaces: Api<Namespace> = Api::all(Cluster::new().client());
    let list = namespaces.list(&ListParams::default()).await.unwrap();
    let names: Vec<String> = list.iter().map(ResourceExt::name_any).collect();
    assert_eq!(names, ["default", "kube-node-lease", "kube-public", "kube-system"]);
}

#[tokio::test]
async fn a_created_pod_has_what_a_server_sets() {
    let pods: Api<Pod> = Api::default_namespaced(Cluster::new().client());
    let web = pods.create(&PostParams::default(), &pod("web")).await.unwrap();
    assert_eq!(web.metadata.generation, Some(1));
    assert_eq!(web.metadata.namespace.as_deref(), Some("default"));
    assert!(web.metadata.uid.is_some() && web.metadata.creation_timestamp.is_some());
    assert_eq!(web.status.as_ref().and_then(|status| status.phase.as_deref()), Some("Pending"));
    assert_eq!(pods.get("web").await.unwrap(), web);
}

#[tokio::test]
async fn versions_grow_over_all_resources() {
    let client = Cluster::new().client();
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    let maps: Api<ConfigMap> = Api::default_namespaced(client);
    let version = |version: Option<String>| version.unwrap().parse::<u64>().unwrap();
    let first = version(pods.create(&PostParams::default(), &pod("a")).await.unwrap().resource_version());
    let map = maps.create(&PostParams::default(), &config_map("a", "1")).await.unwrap();
    let second = version(map.resource_version());
    let list = version(pods.list(&ListParams::default()).await.unwrap().metadata.resource_version);
    assert_eq!((second, list), (first + 1, first + 1));
}

#[tokio::test]
async fn refusals_have_their_codes_and_reasons() {
    let client = Cluster::new().client();
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    assert_eq!(code(pods.get("web").await), (404, "NotFound".into()));
    pods.create(&PostParams::default(), &pod("web")).await.unwrap();
    assert_eq!(code(pods.create(&PostParams::default(), &pod("web")).await), (409, "AlreadyExists".into()));
    let nowhere: Api<Pod> = Api::namespaced(client.clone(), "nowhere");
    assert_eq!(code(nowhere.create(&PostParams::default(), &pod("web")).await), (404, "NotFound".into()));
    assert_eq!(code(pods.create(&PostParams::default(), &pod("Not_A_Name")).await), (422, "Invalid".into()));
    let bad = ListParams::default().labels("a in b");
    assert_eq!(code(pods.list(&bad).await), (400, "BadRequest".into()));
    let unknown = http::Request::get("/apis/apps/v1/things").body(Vec::new()).unwrap();
    assert_eq!(code(client.request::<serde_json::Value>(unknown).await), (404, "NotFound".into()));
}

#[tokio::test]
async fn an_update_of_an_old_version_is_a_conflict() {
    let maps: Api<ConfigMap> = Api::default_namespaced(Cluster::new().client());
    let first = maps.create(&PostParams::default(), &config_map("a", "1")).await.unwrap();
    let mut second = first.clone();
    second.data = config_map("a", "2").data;
    let second = maps.replace("a", &PostParams::default(), &second).await.unwrap();
    assert_ne!(first.resource_version(), second.resource_version());
    assert_eq!(second.metadata.generation, None);
    let mut late = first;
    late.data = config_map("a", "3").data;
    assert_eq!(code(maps.replace("a", &PostParams::default(), &late).await), (409, "Conflict".into()));
}

#[tokio::test]
async fn an_update_that_changes_nothing_keeps_the_version() {
    let maps: Api<ConfigMap> = Api::default_namespaced(Cluster::new().client());
    let first = maps.create(&PostParams::default(), &config_map("a", "1")).await.unwrap();
    assert_eq!(maps.replace("a", &PostParams::default(), &first).await.unwrap(), first);
}

#[tokio::test]
async fn only_a_change_of_spec_makes_a_generation() {
    let pods: Api<Pod> = Api::default_namespaced(Cluster::new().client());
    pods.create(&PostParams::default(), &pod("web")).await.unwrap();
    let params = PatchParams::default();
    let label = Patch::Merge(json!({ "metadata": { "labels": { "tier": "front" } } }));
    assert_eq!(pods.patch("web", &params, &label).await.unwrap().metadata.generation, Some(1));
    let status = Patch::Merge(json!({ "status": { "phase": "Running" } }));
    let web = pods.patch_status("web", &params, &status).await.unwrap();
    assert_eq!(web.metadata.generation, Some(1));
    assert_eq!(web.status.and_then(|status| status.phase).as_deref(), Some("Running"));
    let spec =
        Patch::Merge(json!({ "spec": { "activeDeadlineSeconds": 60 }, "status": { "phase": "Failed" } }));
    let web = pods.patch("web", &params, &spec).await.unwrap();
    assert_eq!(web.metadata.generation, Some(2));
    let phase = web.status.and_then(|status| status.phase);
    assert_eq!(phase.as_deref(), Some("Running"), "the main resource does not write the status");
}

#[tokio::test]
async fn finalizers_hold_a_deleted_object_until_they_are_gone() {
    let maps: Api<ConfigMap> = Api::default_namespaced(Cluster::new().client());
    let mut held = config_map("held", "1");
    held.metadata.finalizers = Some(vec!["example.com/hold".into()]);
    maps.create(&PostParams::default(), &held).await.unwrap();
    let waiting = maps.delete("held", &DeleteParams::default()).await.unwrap();
    assert!(waiting.left().is_some_and(|object| object.metadata.deletion_timestamp.is_some()));
    assert!(maps.get("held").await.unwrap().metadata.deletion_timestamp.is_some());
    let more =
        Patch::Merge(json!({ "metadata": { "finalizers": ["example.com/hold", "example.com/more"] } }));
    assert_eq!(code(maps.patch("held", &PatchParams::default(), &more).await), (422, "Invalid".into()));
    let free = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    maps.patch("held", &PatchParams::default(), &free).await.unwrap();
    assert_eq!(code(maps.get("held").await), (404, "NotFound".into()));
}

#[tokio::test]
async fn a_deleted_namespace_takes_its_objects_with_it() {
    let client = Cluster::new().client();
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let team: Namespace = serde_json::from_value(json!({ "metadata": { "name": "team" } })).unwrap();
    namespaces.create(&PostParams::default(), &team).await.unwrap();
    let pods: Api<Pod> = Api::namespaced(client, "team");
    let mut held = pod("held");
    held.metadata.finalizers = Some(vec!["example.com/hold".into()]);
    pods.create(&PostParams::default(), &held).await.unwrap();
    pods.create(&PostParams::default(), &pod("free")).await.unwrap();
    namespaces.delete("team", &DeleteParams::default()).await.unwrap();
    assert_eq!(code(pods.get("free").await), (404, "NotFound".into()));
    assert_eq!(code(pods.create(&PostParams::default(), &pod("late")).await), (403, "Forbidden".into()));
    assert!(namespaces.get("team").await.unwrap().metadata.deletion_timestamp.is_some());
    let free = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    pods.patch("held", &PatchParams::default(), &free).await.unwrap();
    assert_eq!(code(namespaces.get("team").await), (404, "NotFound".into()));
}

#[tokio::test]
async fn pages_show_the_state_of_the_first_one() {
    let maps: Api<ConfigMap> = Api::default_namespaced(Cluster::new().client());
    for n in 0..10 {
        maps.create(&PostParams::default(), &config_map(&format!("map-{n}"), "1")).await.unwrap();
    }
    let mut params = ListParams::default().limit(4);
    let mut names = Vec::new();
    let mut version = None;
    loop {
        let page = maps.list(&params).await.unwrap();
        let first = version.get_or_insert(page.metadata.resource_version.clone());
        assert_eq!(*first, page.metadata.resource_version);
        names.extend(page.iter().map(ResourceExt::name_any));
        let _ = maps.delete(&format!("map-{}", 9 - names.len() / 4), &DeleteParams::default()).await;
        let new = config_map(&format!("new-{}", names.len()), "1");
        maps.create(&PostParams::default(), &new).await.unwrap();
        match page.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => params = params.continue_token(&token),
            None => break,
        }
    }
    assert_eq!(names, (0..10).map(|n| format!("map-{n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_token_from_before_a_compaction_is_gone() {
    let cluster = Cluster::new();
    let maps: Api<ConfigMap> = Api::default_namespaced(cluster.client());
    for n in 0..3 {
        maps.create(&PostParams::default(), &config_map(&format!("map-{n}"), "1")).await.unwrap();
    }
    let page = maps.list(&ListParams::default().limit(2)).await.unwrap();
    assert_eq!(page.metadata.remaining_item_count, Some(1));
    maps.delete("map-2", &DeleteParams::default()).await.unwrap();
    cluster.faults().compact();
    let next = ListParams::default().limit(2).continue_token(&page.metadata.continue_.unwrap());
    assert_eq!(code(maps.list(&next).await), (410, "Expired".into()));
}

#[tokio::test]
async fn selectors_choose_by_labels_and_fields() {
    let pods: Api<Pod> = Api::default_namespaced(Cluster::new().client());
    for name in ["a", "b", "c"] {
        pods.create(&PostParams::default(), &pod(name)).await.unwrap();
    }
    let names = async |params: ListParams| -> Vec<String> {
        pods.list(&params).await.unwrap().iter().map(ResourceExt::name_any).collect()
    };
    assert_eq!(names(ListParams::default().labels("app in (a, c)")).await, ["a", "c"]);
    assert_eq!(names(ListParams::default().fields("metadata.name!=a")).await, ["b", "c"]);
    assert_eq!(names(ListParams::default().fields("status.phase=Pending,metadata.name=b")).await, ["b"]);
}

#[tokio::test]
async fn an_object_that_no_type_can_decode_is_stored_as_it_is() {
    let cluster = Cluster::new();
    cluster.put(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "odd" }, "spec": { "containers": "none" },
    }));
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    assert!(matches!(pods.get("odd").await, Err(Error::SerdeError(_))));
}
