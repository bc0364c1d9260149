//! The embedded cluster is a server for other people's clients too: kube-rs' runtime works on it as it is.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use futures_util::StreamExt;
use k8s_openapi::{
    api::{
        core::v1::{ConfigMap, Pod},
        events::v1::Event as StoredEvent,
    },
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kooper::testing::Cluster;
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams},
    core::GroupVersionKind,
    discovery::{Discovery, Scope, oneshot},
    runtime::{
        Controller,
        controller::{Action, Error as ControllerError},
        events::{Event, EventType, Recorder, Reporter},
        finalizer::{self, finalizer},
        wait::{await_condition, conditions},
        watcher,
    },
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

fn config_map(name: &str) -> ConfigMap {
    serde_json::from_value(json!({ "metadata": { "name": name }, "data": { "image": "nginx" } })).unwrap()
}

fn pod(name: &str, owners: &Value) -> Pod {
    let metadata = json!({ "name": name, "ownerReferences": owners });
    let containers = json!([{ "name": "main", "image": "nginx" }]);
    serde_json::from_value(json!({ "metadata": metadata, "spec": { "containers": containers } })).unwrap()
}

/// Makes the pod of a config map, where it is not there.
async fn reconcile(map: Arc<ConfigMap>, client: Arc<Client>) -> Result<Action, kube::Error> {
    let pods: Api<Pod> = Api::default_namespaced((*client).clone());
    if pods.get_opt(&map.name_any()).await?.is_none() {
        let owner = serde_json::to_value(map.controller_owner_ref(&())).expect("it can be written");
        pods.create(&PostParams::default(), &pod(&map.name_any(), &json!([owner]))).await?;
    }
    Ok(Action::requeue(Duration::from_mins(5)))
}

#[tokio::test(start_paused = true)]
async fn its_controller_makes_what_is_missing_and_sees_what_it_owns() {
    let cluster = Cluster::new();
    let client = cluster.client();
    let (maps, pods): (Api<ConfigMap>, Api<Pod>) =
        (Api::default_namespaced(client.clone()), Api::default_namespaced(client.clone()));
    for name in ["a", "b"] {
        maps.create(&PostParams::default(), &config_map(name)).await.unwrap();
    }
    let controller = Controller::new(maps.clone(), watcher::Config::default())
        .owns(pods.clone(), watcher::Config::default().streaming_lists())
        .run(reconcile, |_, _, _| Action::requeue(Duration::from_secs(1)), Arc::new(client))
        .for_each(|reconciled| async move {
            // A watch that is lost is told of as well.
            assert!(!matches!(reconciled, Err(ControllerError::ReconcilerFailed(..))), "{reconciled:?}");
        });
    let controller = tokio::spawn(controller);

    for name in ["a", "b"] {
        assert!(await_condition(pods.clone(), name, conditions::is_created()).await.unwrap().is_some());
    }
    // It is made anew where someone deletes it, after a watch that was lost too.
    cluster.faults().watches().drop_connections();
    let first = pods.get("a").await.unwrap().uid().unwrap();
    pods.delete("a", &DeleteParams::default()).await.unwrap();
    await_condition(pods.clone(), "a", conditions::is_deleted(&first)).await.unwrap();
    let created = await_condition(pods.clone(), "a", conditions::is_created()).await.unwrap().unwrap();
    assert_ne!(created.uid().unwrap(), first);
    // What it owns goes with its owner.
    maps.delete("b", &DeleteParams::default()).await.unwrap();
    let names: Vec<String> =
        pods.list(&ListParams::default()).await.unwrap().iter().map(ResourceExt::name_any).collect();
    assert_eq!(names, ["a"]);
    controller.abort();
}

#[tokio::test]
async fn its_finalizer_is_put_on_and_taken_off() {
    let maps: Api<ConfigMap> = Api::default_namespaced(Cluster::new().client());
    maps.create(&PostParams::default(), &config_map("a")).await.unwrap();
    let step = async || {
        let map = Arc::new(maps.get("a").await.unwrap());
        let mut seen = "nothing";
        let action = finalizer(&maps, "example.com/cleanup", map, |event| {
            seen = match event {
                finalizer::Event::Apply(_) => "apply",
                finalizer::Event::Cleanup(_) => "cleanup",
            };
            async { Ok::<_, std::convert::Infallible>(Action::await_change()) }
        });
        action.await.unwrap();
        seen
    };
    assert_eq!(step().await, "nothing", "at first the finalizer is put on");
    assert_eq!(maps.get("a").await.unwrap().finalizers(), ["example.com/cleanup"]);
    assert_eq!(step().await, "apply");
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    assert!(maps.get("a").await.unwrap().metadata.deletion_timestamp.is_some());
    assert_eq!(step().await, "cleanup");
    assert!(maps.get_opt("a").await.unwrap().is_none());
}

#[tokio::test]
async fn its_recorder_makes_events_and_series_of_them() {
    let client = Cluster::new().client();
    let maps: Api<ConfigMap> = Api::default_namespaced(client.clone());
    let map = maps.create(&PostParams::default(), &config_map("a")).await.unwrap();
    let recorder = Recorder::new(client.clone(), Reporter { controller: "tests".into(), instance: None });
    let event = Event {
        type_: EventType::Normal,
        reason: "Seen".into(),
        note: Some("it is there".into()),
        action: "Looking".into(),
        secondary: None,
    };
    let regarding = map.object_ref(&());
    recorder.publish(&event, &regarding).await.unwrap();
    let events: Api<StoredEvent> = Api::default_namespaced(client.clone());
    let list = events.list(&ListParams::default()).await.unwrap();
    let [stored] = &list.items[..] else { panic!("one event: {list:?}") };
    assert_eq!((stored.reason.as_deref(), stored.note.as_deref()), (Some("Seen"), Some("it is there")));
    assert!(stored.series.is_none());
    recorder.publish(&event, &regarding).await.unwrap();
    let list = events.list(&ListParams::default()).await.unwrap();
    assert_eq!(list.items[0].series.as_ref().map(|series| series.count), Some(2));
    // The older group shows the same.
    let older: Api<k8s_openapi::api::core::v1::Event> = Api::default_namespaced(client);
    let selected = ListParams::default().fields("involvedObject.name=a,involvedObject.kind=ConfigMap");
    assert_eq!(older.list(&selected).await.unwrap().items[0].message.as_deref(), Some("it is there"));
}

const SITE: &str = "sites.example.com";

async fn define(client: &Client) {
    let schema = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    let definition = json!({
        "metadata": { "name": SITE },
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": { "plural": "sites", "singular": "site", "kind": "Site" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } }],
        },
    });
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    let definition = serde_json::from_value(definition).unwrap();
    definitions.create(&PostParams::default(), &definition).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn its_conditions_are_awaited() {
    let client = Cluster::new().client();
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    let waiting = tokio::spawn(await_condition(pods.clone(), "web", conditions::is_pod_running()));
    pods.create(&PostParams::default(), &pod("web", &json!([]))).await.unwrap();
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert!(!waiting.is_finished());
    let running = Patch::Merge(json!({ "status": { "phase": "Running" } }));
    pods.patch_status("web", &PatchParams::default(), &running).await.unwrap();
    let web = timeout(Duration::from_mins(1), waiting).await.unwrap().unwrap().unwrap().unwrap();

    let uid = web.uid().unwrap();
    let gone = tokio::spawn({
        let pods = pods.clone();
        async move { await_condition(pods, "web", conditions::is_deleted(&uid)).await.map(drop) }
    });
    pods.delete("web", &DeleteParams::default()).await.unwrap();
    timeout(Duration::from_mins(1), gone).await.unwrap().unwrap().unwrap();

    define(&client).await;
    let definitions: Api<CustomResourceDefinition> = Api::all(client);
    let established = await_condition(definitions, SITE, conditions::is_crd_established());
    timeout(Duration::from_mins(1), established).await.unwrap().unwrap();
}

#[tokio::test]
async fn its_discovery_finds_built_in_and_custom_resources() {
    let client = Cluster::new().client();
    define(&client).await;
    let one_by_one = Discovery::new(client.clone()).run().await.unwrap();
    let at_once = Discovery::new(client.clone()).run_aggregated().await.unwrap();
    for discovery in [&one_by_one, &at_once] {
        let resolve = |group: &str, version: &str, kind: &str| {
            discovery.resolve_gvk(&GroupVersionKind::gvk(group, version, kind)).unwrap()
        };
        let (deployment, allowed) = resolve("apps", "v1", "Deployment");
        assert_eq!((deployment.plural.as_str(), allowed.scope == Scope::Namespaced), ("deployments", true));
        let (node, allowed) = resolve("", "v1", "Node");
        assert_eq!((node.plural.as_str(), allowed.scope == Scope::Cluster), ("nodes", true));
        assert_eq!(resolve("example.com", "v1", "Site").0.plural, "sites");
        assert!(discovery.has_group("coordination.k8s.io") && !discovery.has_group("nothing.example.com"));
    }
    let plurals = |discovery: &Discovery| {
        let groups = discovery.groups_alphabetical().into_iter();
        let resources = groups.flat_map(|group| group.recommended_resources());
        let mut plurals: Vec<String> = resources.map(|(resource, _)| resource.plural).collect();
        plurals.sort();
        plurals
    };
    assert_eq!(plurals(&one_by_one), plurals(&at_once));
    let site = GroupVersionKind::gvk("example.com", "v1", "Site");
    let (resource, _) = oneshot::pinned_kind(&client, &site).await.unwrap();
    assert_eq!(resource.plural, "sites");
    assert_eq!(oneshot::group(&client, "apps").await.unwrap().name(), "apps");
}
