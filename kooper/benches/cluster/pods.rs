//! Pods of 5 kB, all different, as a client sends them.

use serde_json::{Value, json};

/// Bytes that each has as JSON, about.
pub(crate) const BYTES: usize = 5_000;

/// The pod of this number.
pub(crate) fn pod(number: usize) -> Vec<u8> {
    let env = |at: usize| json!({ "name": format!("SETTING_{at}_OF_THE_PROGRAM"), "value": format!("value-{number}-{at}-of-some-length") });
    let container = |name: &str| {
        json!({
            "name": name,
            "image": format!("registry.example.com/team-{}/{name}:v1.{}.0", number % 17, number % 23),
            "args": ["--verbose", "--listen=0.0.0.0:8080", "--upstream=http://backend.default.svc"],
            "env": (0..12).map(env).collect::<Vec<_>>(),
            "ports": [{ "containerPort": 8080, "protocol": "TCP" }],
            "resources": { "requests": { "cpu": "100m", "memory": "64Mi" }, "limits": { "memory": "128Mi" } },
            "readinessProbe": { "httpGet": { "path": "/ready", "port": 8080 }, "periodSeconds": 5 },
            "volumeMounts": [{ "name": "config", "mountPath": "/etc/config", "readOnly": true }],
        })
    };
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": format!("web-{number:05}"),
            "labels": { "app": "web", "team": format!("team-{}", number % 17), "shard": format!("{}", number % 101) },
            "annotations": { "example.com/revision": format!("{number}") },
        },
        "spec": {
            "containers": [container("main"), container("proxy")],
            "nodeSelector": { "pool": "general" },
            "tolerations": [{ "key": "dedicated", "operator": "Equal", "value": "web", "effect": "NoSchedule" }],
            "volumes": [{ "name": "config", "configMap": { "name": format!("web-{number:05}") } }],
        },
    });
    let short = BYTES.saturating_sub(pod.to_string().len() + 30);
    let text: String =
        (0..short).map(|at| char::from(b'a' + u8::try_from((at * 7 + number) % 26).unwrap_or(0))).collect();
    pod["metadata"]["annotations"]["example.com/text"] = Value::from(text);
    pod.to_string().into_bytes()
}
