//! Fills the API server with pods, and changes some of them.

use crate::Result;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{Request, header};
use http_body_util::BodyExt;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::{
    Api, Client,
    api::{Patch, PatchParams, PostParams},
    client::Body,
};
use serde_json::{Value, json};

/// Requests under way at once.
const AT_ONCE: usize = 32;

/// Namespaces that the pods are in.
const TEAMS: usize = 20;

/// The label that tells in which run a pod was changed.
pub(crate) const MARK: &str = "bench/run";

/// Bytes of one pod as it is sent.
pub(crate) struct Sizes {
    pub(crate) json: usize,
    pub(crate) protobuf: usize,
}

fn team(index: usize) -> String {
    format!("team-{:02}", index % TEAMS)
}

/// A pod as a deployment makes it, all of its texts its own.
fn pod(index: usize) -> Value {
    let hash = |salt: usize| {
        let mixed = ((index * 31 + salt) as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{:016x}{:016x}", mixed, mixed.rotate_left(17) ^ 0x5bd1_e995)
    };
    let env: Vec<_> =
        (0..14).map(|at| json!({ "name": format!("SETTING_{at:02}"), "value": hash(at) })).collect();
    let probe = |path: &str| json!({ "httpGet": { "path": path, "port": 8080 }, "periodSeconds": 10 });
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": format!("web-{index:06}"),
            "namespace": team(index),
            "labels": { "app.kubernetes.io/name": "web", "app.kubernetes.io/instance": hash(50), "pod-template-hash": hash(51) },
            "annotations": { "checksum/config": hash(52), "prometheus.io/scrape": "true", "prometheus.io/port": "9090" },
            "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": hash(53), "controller": true }],
        },
        "spec": {
            "containers": [{
                "name": "main", "image": format!("registry.example.com/web@sha256:{}{}", hash(54), hash(55)), "env": env,
                "ports": [{ "name": "http", "containerPort": 8080 }],
                "resources": { "limits": { "cpu": "500m", "memory": "256Mi" }, "requests": { "cpu": "100m", "memory": "128Mi" } },
                "livenessProbe": probe("/live"), "readinessProbe": probe("/ready"),
                "volumeMounts": [{ "name": "config", "mountPath": "/etc/web" }, { "name": "cache", "mountPath": "/var/cache" }],
            }],
            "tolerations": [{ "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 }],
            "volumes": [{ "name": "config", "configMap": { "name": hash(56) } }, { "name": "cache", "emptyDir": {} }],
        },
    })
}

/// Makes so many pods, and tells how large they have become.
pub(crate) async fn fill(client: &Client, count: usize) -> Result<Sizes> {
    let namespaces = Api::<Namespace>::all(client.clone());
    for index in 0..TEAMS {
        let namespace = serde_json::from_value(json!({ "metadata": { "name": team(index) } }))?;
        namespaces.create(&PostParams::default(), &namespace).await?;
    }
    stream::iter(0..count)
        .map(|index| async move {
            let path = format!("/api/v1/namespaces/{}/pods", team(index));
            let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
            let answer: Value = client.request(request.body(serde_json::to_vec(&pod(index))?)?).await?;
            let made = answer["metadata"]["uid"].is_string();
            Result::<()>::Ok(made.then_some(()).ok_or_else(|| format!("no pod was made: {answer}"))?)
        })
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    let json = size(client, "application/json").await?;
    Ok(Sizes { json, protobuf: size(client, "application/vnd.kubernetes.protobuf").await? })
}

async fn size(client: &Client, accept: &str) -> Result<usize> {
    let request = Request::get("/api/v1/namespaces/team-00/pods?limit=10").header(header::ACCEPT, accept);
    let answer = client.send(request.body(Body::empty())?).await?;
    Ok(answer.into_body().collect().await?.to_bytes().len() / 10)
}

/// Marks so many pods, one after another in each of a few rows.
pub(crate) async fn change(client: &Client, count: usize, mark: &str) -> Result {
    let patch = &Patch::Merge(json!({ "metadata": { "labels": { MARK: mark } } }));
    stream::iter(0..count)
        .map(|index| async move {
            let pods = Api::<Pod>::namespaced(client.clone(), &team(index));
            pods.patch(&format!("web-{index:06}"), &PatchParams::default(), patch).await
        })
        .buffer_unordered(AT_ONCE)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    Ok(())
}
