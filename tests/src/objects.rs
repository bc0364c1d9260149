//! Objects to handle.

use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};

/// A pod with a name and an image.
///
/// # Panics
///
/// Never: the object is one of the type.
pub fn pod(name: &str) -> Pod {
    let pod = json!({
        "metadata": { "name": name, "labels": { "app": name } },
        "spec": { "containers": [{ "name": "main", "image": "nginx" }] },
    });
    serde_json::from_value(pod).expect("a pod")
}

/// A pod in the namespace `default` that no `Pod` can be made of: its containers are a number.
pub fn undecodable_pod(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": name, "namespace": "default" },
        "spec": { "containers": 7 },
    })
}
