//! A real API server that is killed and started again: the controllers go on, and nothing is lost.

use super::{ConfigMaps, Cron, Crons, Seen, WAIT, config_map};
use http::Response;
use http_body_util::{BodyExt, Empty};
use k8s_openapi::{
    api::core::v1::{ConfigMap, Namespace},
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kooper::{Controller, Encoding};
use kooper_tests::{ApiServer, Running, replaced, testbed};
use kube::{
    Api, Client,
    api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams},
    core::ApiResource,
};
use serde_json::json;
use std::{
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A client to whom the server is away for as long as `away` says so, so that all changes are over before it is back.
fn gated(client: Client, away: &Arc<AtomicBool>) -> Client {
    let away = away.clone();
    replaced(client, move |_| {
        let busy = || {
            Response::builder().status(503).body(Empty::new().map_err(|never| match never {}).boxed_unsync())
        };
        away.load(Ordering::Relaxed).then(|| busy().expect("an answer"))
    })
}

async fn ready(client: &Client) {
    let answered = async {
        let ask = async || {
            client.request_text(http::Request::get("/readyz").body(Vec::new()).expect("a request")).await
        };
        while ask().await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(WAIT, answered).await.expect("the server starts again");
}

/// What comes up to the last of `count`, each in a few words, sorted.
async fn told<R: Debug>(
    seen: &mut UnboundedReceiver<Seen<R>>,
    count: usize,
    words: impl Fn(R) -> String,
) -> Vec<String> {
    let mut told = Vec::new();
    let all = async {
        while told.len() < count {
            told.push(match seen.recv().await.expect("the controller runs") {
                Seen::Added(object) => words(object),
                Seen::Deleted(key) => format!("{} is gone", key.name()),
            });
        }
    };
    assert!(tokio::time::timeout(WAIT, all).await.is_ok(), "no more came than {told:?}");
    told.sort();
    told
}

fn of_map(map: ConfigMap) -> String {
    format!("{} is {}", map.metadata.name.unwrap_or_default(), map.data.unwrap_or_default()["key"])
}

fn of_cron(cron: Cron) -> String {
    format!("{} runs at {}", cron.metadata.name.unwrap_or_default(), cron.spec.schedule)
}

async fn define_crons(client: &Client) -> Api<DynamicObject> {
    let definition = serde_json::from_value(json!({
        "metadata": { "name": "crons.kooper.test" },
        "spec": {
            "group": "kooper.test", "scope": "Namespaced", "names": { "kind": "Cron", "plural": "crons" },
            "versions": [{ "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } }],
        },
    }));
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    definitions
        .create(&PostParams::default(), &definition.expect("a definition"))
        .await
        .expect("it can be made");
    let crons = Api::namespaced_with(client.clone(), "restarts", &ApiResource::erase::<Cron>(&()));
    let served = async {
        while crons.list(&ListParams::default()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(WAIT, served).await.expect("the resource is served");
    crons
}

#[tokio::test]
async fn a_server_that_is_killed_and_started_again_loses_nothing_in_either_encoding() {
    let Some(testbed) = testbed("no API server was restarted") else { return };
    let server = ApiServer::start(&testbed, env!("CARGO_TARGET_TMPDIR"));
    let client = server.client().await;
    let namespace =
        serde_json::from_value(json!({ "metadata": { "name": "restarts" } })).expect("a namespace");
    Api::<Namespace>::all(client.clone())
        .create(&PostParams::default(), &namespace)
        .await
        .expect("it can be made");
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), "restarts");
    let write = async |name: &str, value: &str| {
        maps.create(&PostParams::default(), &config_map(name, value)).await.expect("it can be made");
    };
    for name in ["changes", "goes", "stays"] {
        write(name, "1").await;
    }
    let crons = define_crons(&client).await;
    let nightly: DynamicObject = serde_json::from_value(json!({
        "apiVersion": "kooper.test/v1", "kind": "Cron", "metadata": { "name": "nightly" }, "spec": { "schedule": "at three" },
    }))
    .expect("an object");
    crons.create(&PostParams::default(), &nightly).await.expect("it can be made");

    let away = Arc::<AtomicBool>::default();
    let (mut followers, mut running) = (Vec::new(), Vec::new());
    let (cron_sink, mut cron_seen) = unbounded_channel();
    let controller = Controller::new(Crons(cron_sink)).client(gated(client.clone(), &away));
    let cron_controller = Running::start(controller);
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        for streaming in [true, false] {
            let (sink, seen) = unbounded_channel();
            let controller = Controller::new(ConfigMaps(sink)).namespaces("restarts").encoding(encoding);
            let controller = controller.streaming_lists(streaming).client(gated(client.clone(), &away));
            running.push(Running::start(controller));
            followers.push(((encoding, streaming), seen));
        }
    }
    for (way, seen) in &mut followers {
        assert_eq!(told(seen, 3, of_map).await, ["changes is 1", "goes is 1", "stays is 1"], "{way:?}");
    }
    assert_eq!(told(&mut cron_seen, 1, of_cron).await, ["nightly runs at at three"]);

    away.store(true, Ordering::Relaxed);
    server.kill().start_again();

    ready(&client).await;
    maps.delete("goes", &DeleteParams::default()).await.expect("it can be deleted");
    write("comes", "2").await;
    let change = Patch::Merge(json!({ "data": { "key": "2" } }));
    maps.patch("changes", &PatchParams::default(), &change).await.expect("it can be changed");
    let change = Patch::Merge(json!({ "spec": { "schedule": "at four" } }));
    crons.patch("nightly", &PatchParams::default(), &change).await.expect("it can be changed");
    away.store(false, Ordering::Relaxed);

    for (way, seen) in &mut followers {
        assert_eq!(told(seen, 3, of_map).await, ["changes is 2", "comes is 2", "goes is gone"], "{way:?}");
    }
    assert_eq!(told(&mut cron_seen, 1, of_cron).await, ["nightly runs at at four"]);
    // They follow as before, and what stayed as it was is not handled again.
    write("later", "3").await;
    for (way, seen) in &mut followers {
        assert_eq!(told(seen, 1, of_map).await, ["later is 3"], "{way:?}");
    }
    for controller in running.into_iter().chain([cron_controller]) {
        controller.stop().await.expect("it drains");
    }
    for (way, mut seen) in followers {
        assert!(seen.try_recv().is_err(), "nothing was handled twice by {way:?}");
    }
}
