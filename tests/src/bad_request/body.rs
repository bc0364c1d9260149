//! Bodies: objects, patches and options, changed here and there.

use super::{
    once_in, pick,
    words::{FIELDS, TEXTS},
};
use fastrand::Rng;
use serde_json::{Map, Value, json};

/// How deep a value is nested at most, where it is not meant to be too deep.
const DEPTH: u32 = 4;

pub(super) fn body(rng: &mut Rng, uri: &str, seen: &[String]) -> Vec<u8> {
    let mut value = match rng.u32(..10) {
        0 => any(rng, DEPTH),
        1 => {
            let steps = rng.usize(..4);
            Value::Array((0..steps).map(|_| step(rng)).collect())
        }
        2 => json!({ "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": pick(rng, TEXTS) }),
        _ => object(uri),
    };
    for _ in 0..rng.usize(..4) {
        alter(rng, &mut value, seen);
    }
    let mut body = value.to_string().into_bytes();
    match rng.u32(..40) {
        0 => body.truncate(rng.usize(..=body.len())),
        1 => body = [b"[".repeat(rng.usize(..20_000)), body].concat(),
        2 => body = [b"{\"a\":".repeat(rng.usize(..20_000)), body].concat(),
        3 => body = [b"k8s\0".to_vec(), body].concat(),
        4 => body = (0..rng.usize(..200)).map(|_| rng.u8(..)).collect(),
        5 => body = [b"k8s\0\x0a".to_vec(), (0..rng.usize(..60)).map(|_| rng.u8(..)).collect()].concat(),
        6 => body.extend_from_slice(b" {}"),
        7 => body = b"a: &a [*a, *a]\nb: {c: *a}\n- x".to_vec(),
        8 if once_in(rng, 10) => body = vec![b' '; rng.usize(..4_000_000)],
        _ if once_in(rng, 8) && !body.is_empty() => {
            let at = rng.usize(..body.len());
            body[at] ^= 1 << rng.u32(..8);
        }
        _ => {}
    }
    body
}

/// An object that may well be what the path asks for.
fn object(uri: &str) -> Value {
    let containers = json!([{ "name": "main", "image": "nginx", "ports": [{ "containerPort": 80 }] }]);
    let labels = json!({ "app": "web" });
    let metadata = json!({ "name": "web", "labels": labels });
    if uri.contains("/deployments") {
        let template = json!({ "metadata": { "labels": labels }, "spec": { "containers": containers } });
        let spec = json!({ "replicas": 2, "selector": { "matchLabels": labels }, "template": template });
        json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec })
    } else if uri.contains("/sites") {
        json!({ "apiVersion": "example.com/v1", "kind": "Site", "metadata": metadata, "spec": { "host": "a" } })
    } else if uri.contains("/customresourcedefinitions") {
        let schema = json!({ "openAPIV3Schema": { "type": "object", "properties": { "spec": { "type": "object" } } } });
        let version = json!({ "name": "v1", "served": true, "storage": true, "schema": schema });
        let names = json!({ "plural": "shops", "singular": "shop", "kind": "Shop" });
        let spec =
            json!({ "group": "example.com", "scope": "Namespaced", "names": names, "versions": [version] });
        let metadata = json!({ "name": "shops.example.com" });
        json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": metadata, "spec": spec })
    } else if uri.contains("/pods") {
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": { "containers": containers } })
    } else if uri.contains("/namespaces/default/configmaps") {
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": { "key": "value" } })
    } else {
        json!({ "metadata": metadata, "spec": {} })
    }
}

/// An operation of a JSON patch.
fn step(rng: &mut Rng) -> Value {
    let mut step = json!({ "op": pick(rng, TEXTS), "path": pick(rng, TEXTS) });
    if rng.bool() {
        step["value"] = any(rng, 2);
    }
    if once_in(rng, 4) {
        step["from"] = pick(rng, TEXTS).into();
    }
    step
}

/// Any value.
fn any(rng: &mut Rng, depth: u32) -> Value {
    match rng.u32(..if depth == 0 { 6 } else { 9 }) {
        0 => Value::Null,
        1 => Value::Bool(rng.bool()),
        2 => json!(rng.i64(..)),
        3 => json!(rng.f64() * 1e300),
        4 | 5 => pick(rng, TEXTS).into(),
        6 => (0..rng.usize(..4)).map(|_| any(rng, depth - 1)).collect(),
        _ => {
            let fields = (0..rng.usize(..5)).map(|_| (pick(rng, FIELDS).to_owned(), any(rng, depth - 1)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
    }
}

/// Changes something somewhere in a value.
fn alter(rng: &mut Rng, value: &mut Value, seen: &[String]) {
    let at_end = once_in(rng, 4);
    match value {
        Value::Object(fields) if !fields.is_empty() && !at_end => {
            let at = rng.usize(..fields.len());
            if let Some((_, inner)) = fields.iter_mut().nth(at) {
                alter(rng, inner, seen);
            }
        }
        Value::Array(items) if !items.is_empty() && !at_end => {
            let at = rng.usize(..items.len());
            alter(rng, &mut items[at], seen);
        }
        Value::Object(fields) if rng.bool() => {
            let name = pick(rng, FIELDS);
            if rng.bool() {
                fields.remove(name);
            } else {
                fields.insert(name.to_owned(), any(rng, DEPTH));
            }
        }
        other => {
            *other = match seen {
                [_, ..] if rng.bool() => seen[rng.usize(..seen.len())].clone().into(),
                _ => any(rng, DEPTH),
            };
        }
    }
}
