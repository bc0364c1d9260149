//! Requests that are nearly right.

mod words;

use fastrand::Rng;
use serde_json::{Map, Value, json};
use std::fmt;
use words::*;

/// Tokens, versions and names of earlier answers that are kept to be sent again.
const LEARNT: usize = 64;
/// How deep a value is nested at most, where it is not meant to be too deep.
const DEPTH: u32 = 4;

/// A request of words that mean something to an API server, broken here and there.
#[derive(Debug, Clone)]
pub struct BadRequest {
    /// The method, maybe no HTTP one.
    pub method: String,
    /// Path and query, maybe no URI.
    pub uri: String,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Display for BadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |text: &str| text.chars().take(2_000).collect::<String>();
        writeln!(f, "{} {}", self.method, short(&self.uri))?;
        self.headers.iter().try_for_each(|(name, value)| writeln!(f, "{name}: {value}"))?;
        write!(f, "\n{}", short(&String::from_utf8_lossy(&self.body)))
    }
}

fn pick<'a, T: ?Sized>(rng: &mut Rng, of: &[&'a T]) -> &'a T {
    of[rng.usize(..of.len())]
}

/// Once in so many times.
fn once_in(rng: &mut Rng, times: u32) -> bool {
    rng.u32(..times) == 0
}

impl BadRequest {
    /// A request by chance; `seen` is what earlier answers taught.
    pub fn draw(rng: &mut Rng, seen: &[String]) -> Self {
        let method = pick(rng, METHODS).to_owned();
        let mut uri = path(rng) + &query(rng, seen);
        if once_in(rng, 200) {
            uri.push_str(&"x".repeat(rng.usize(..30_000)));
        }
        let mut headers = Vec::new();
        if !once_in(rng, 4) {
            headers.push(("accept", pick(rng, ACCEPTS).to_owned()));
        }
        let body = if method == "GET" && !once_in(rng, 10) {
            Vec::new()
        } else {
            headers.push(("content-type", pick(rng, CONTENT_TYPES).to_owned()));
            body(rng, &uri, seen)
        };
        Self { method, uri, headers, body }
    }

    /// The same, but so that no object is stored by it, whatever it says.
    #[must_use]
    pub fn that_leaves_nothing(mut self) -> Self {
        if self.method != "GET" && self.method != "HEAD" {
            // The first word of a name counts.
            let path = self.uri.split('?').next().unwrap_or_default();
            self.uri = format!("{path}?dryRun=All");
        }
        self
    }

    /// Whether the answer may be a stream of events.
    pub fn is_watch(&self) -> bool {
        self.uri.contains("watch=")
    }

    /// Keeps what an answer has that may be sent again: tokens, versions, uids.
    pub fn learn(seen: &mut Vec<String>, answer: &[u8]) {
        let Ok(Value::Object(answer)) = serde_json::from_slice(answer) else { return };
        let metadata = &answer.get("metadata").cloned().unwrap_or_default();
        for field in ["continue", "resourceVersion", "uid"] {
            if let Some(text) = metadata[field].as_str().filter(|text| !text.is_empty()) {
                if seen.len() >= LEARNT {
                    seen.remove(0);
                }
                seen.push(text.to_owned());
            }
        }
    }
}

fn path(rng: &mut Rng) -> String {
    let mut path = pick(rng, ROOTS).to_owned();
    if once_in(rng, 12) {
        return path;
    }
    if !once_in(rng, 3) {
        path = path + "/namespaces/" + if once_in(rng, 4) { pick(rng, NAMES) } else { "default" };
    }
    path = path + "/" + pick(rng, PLURALS);
    if !once_in(rng, 3) {
        path = path + "/" + pick(rng, NAMES);
        if once_in(rng, 4) {
            path = path + "/" + pick(rng, PARTS);
        }
    }
    if once_in(rng, 20) {
        path = path + "/" + pick(rng, PARTS);
    }
    path
}

fn query(rng: &mut Rng, seen: &[String]) -> String {
    let count = rng.usize(..4);
    let pairs: Vec<String> = (0..count)
        .map(|_| {
            let (name, values) = QUERY[rng.usize(..QUERY.len())];
            let value = match seen {
                [_, ..] if once_in(rng, 3) => &seen[rng.usize(..seen.len())],
                _ => pick(rng, values),
            };
            format!("{name}={}", escaped(value))
        })
        .collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// What no URI may have is escaped; what is an escape already, good or bad, stays.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z'
        | b'A'..=b'Z'
        | b'0'..=b'9'
        | b'-'
        | b'.'
        | b'_'
        | b'~'
        | b'%'
        | b'!'
        | b'('
        | b')'
        | b',' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

fn body(rng: &mut Rng, uri: &str, seen: &[String]) -> Vec<u8> {
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
        8 => body = vec![b' '; rng.usize(..4_000_000)],
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
