//! Requests that are nearly right.

use fastrand::Rng;
use serde_json::{Map, Value, json};
use std::fmt;

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

const METHODS: &[&str] = &[
    "GET", "GET", "GET", "POST", "POST", "PUT", "PUT", "PATCH", "PATCH", "PATCH", "DELETE", "HEAD",
    "OPTIONS", "BREW",
];

const ROOTS: &[&str] = &[
    "/api/v1",
    "/api/v1",
    "/api/v1",
    "/apis/apps/v1",
    "/apis/apps/v1",
    "/apis/example.com/v1",
    "/apis/example.com/v1",
    "/apis/apiextensions.k8s.io/v1",
    "/apis/coordination.k8s.io/v1",
    "/apis/batch/v1",
    "/apis/events.k8s.io/v1",
    "/apis/policy/v1",
    "/apis/autoscaling/v2",
    "/apis/authorization.k8s.io/v1",
    "/apis",
    "/api",
    "/openapi/v3",
    "/openapi/v2",
    "/version",
    "/healthz",
    "",
    "/apis/apps",
    "/apis/apps/v2",
    "/apis/nothing.example.com/v1",
];

const PLURALS: &[&str] = &[
    "pods",
    "pods",
    "configmaps",
    "configmaps",
    "deployments",
    "sites",
    "namespaces",
    "nodes",
    "leases",
    "events",
    "services",
    "secrets",
    "customresourcedefinitions",
    "jobs",
    "selfsubjectaccessreviews",
    "nothings",
    "",
];

const NAMES: &[&str] = &[
    "web",
    "web",
    "web",
    "default",
    "kube-system",
    "made",
    "sites.example.com",
    "UPPER",
    "a_b",
    "..",
    "%2e%2e",
    "%2F",
    "%ff",
    "%00",
    "%",
    "a%20b",
    "%E2%98%83",
    "-",
    "a.b.c",
];

const PARTS: &[&str] =
    &["status", "scale", "binding", "eviction", "finalize", "log", "exec", "proxy", "approval", "x", ""];

const QUERY: &[(&str, &[&str])] = &[
    ("limit", &["0", "1", "2", "-1", "9223372036854775807", "18446744073709551616", "x", ""]),
    (
        "continue",
        &["abc", "e30", "eyJydiI6MX0", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIifQ", "%00", ""],
    ),
    ("resourceVersion", &["0", "1", "5", "99999", "-1", "x", "18446744073709551615", ""]),
    ("resourceVersionMatch", &["Exact", "NotOlderThan", "x", ""]),
    (
        "labelSelector",
        &[
            "app=web",
            "app in (a,b)",
            "!app",
            "app notin ()",
            "a==b,c!=d",
            "a=b=c",
            "(",
            "a in",
            "x/y/z=1",
            "app=%zz",
            ",",
            "=",
            "a gt 1",
            "a > x",
            "a\u{2603}=1",
        ],
    ),
    (
        "fieldSelector",
        &[
            "metadata.name=web",
            "status.phase!=Running",
            "spec.nodeName=",
            "a.b.c=d",
            "=",
            "metadata.name",
            "a\\,b=c",
            "==",
        ],
    ),
    ("watch", &["1", "true", "false", "0", "x", ""]),
    ("allowWatchBookmarks", &["1", "true", "x"]),
    ("sendInitialEvents", &["true", "false", "x"]),
    ("timeoutSeconds", &["1", "0", "-5", "x", "99999999999999", "9223372036854775807"]),
    ("fieldManager", &["tests", "", "\u{7}", "m"]),
    ("force", &["true", "false", "x"]),
    ("dryRun", &["All", "None", "x"]),
    ("fieldValidation", &["Strict", "Warn", "Ignore", "x"]),
    ("propagationPolicy", &["Foreground", "Background", "Orphan", "x"]),
    ("gracePeriodSeconds", &["0", "-1", "30", "x", "9223372036854775807"]),
    ("orphanDependents", &["true", "x"]),
    ("pretty", &["true"]),
    ("x", &["y"]),
];

const CONTENT_TYPES: &[&str] = &[
    "application/json",
    "application/json",
    "application/json; charset=utf-8",
    "application/yaml",
    "text/plain",
    "",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
    "application/vnd.kubernetes.protobuf",
    "application/cbor",
    ";;",
    "*/*",
];

const ACCEPTS: &[&str] = &[
    "application/json",
    "*/*",
    "",
    "text/html",
    "application/json;as=Table;v=v1;g=meta.k8s.io",
    "application/yaml",
    "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
    "application/json;as=Nothing;v=v1;g=meta.k8s.io",
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
    "application/vnd.kubernetes.protobuf",
    "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json",
    ";;,,",
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
];

/// Fields that mean something to the server, for objects and patches.
const FIELDS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "generateName",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "labels",
    "annotations",
    "finalizers",
    "ownerReferences",
    "managedFields",
    "spec",
    "status",
    "data",
    "containers",
    "image",
    "env",
    "ports",
    "replicas",
    "selector",
    "matchLabels",
    "template",
    "host",
    "conditions",
    "phase",
    "versions",
    "names",
    "scope",
    "schema",
    "properties",
    "type",
    "items",
    "preconditions",
    "propagationPolicy",
    "$patch",
    "$retainKeys",
    "$setElementOrder/containers",
    "$deleteFromPrimitiveList/finalizers",
    "op",
    "path",
    "value",
    "from",
    "fieldsV1",
    "manager",
    "target",
    "",
];

const TEXTS: &[&str] = &[
    "web",
    "default",
    "v1",
    "apps/v1",
    "Pod",
    "ConfigMap",
    "Deployment",
    "Site",
    "example.com/v1",
    "delete",
    "replace",
    "merge",
    "add",
    "remove",
    "test",
    "move",
    "copy",
    "/metadata/labels/a",
    "/spec/containers/0/image",
    "/a~1b/~2",
    "/-",
    "1",
    "-1",
    "2026-01-01T00:00:00Z",
    "never",
    "100m",
    "1e999",
    "\u{0}",
    "\u{2603}",
    "a/b",
    "UPPER",
    "foregroundDeletion",
];

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
