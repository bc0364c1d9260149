//! Random operations on config maps, pods and a custom resource, over the fields whose rules the embedded cluster has.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::scenario::Step;

/// The custom resource, whose group ends in the namespace.
pub(crate) fn definition() -> Value {
    let text = json!({ "type": "string" });
    let port = json!({
        "type": "object",
        "required": ["port"],
        "properties": { "port": { "type": "integer" }, "proto": { "type": "string", "default": "tcp" }, "name": text },
    });
    let spec = json!({
        "type": "object",
        "properties": {
            "size": { "type": "integer", "default": 3 },
            "replicas": { "type": "integer" },
            "host": text,
            "tags": { "type": "array", "x-kubernetes-list-type": "set", "items": text },
            "plain": { "type": "array", "items": text },
            "ports": {
                "type": "array",
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["port", "proto"],
                "items": port,
            },
            "free": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
        },
    });
    let status = json!({
        "type": "object",
        "properties": { "ready": { "type": "boolean" }, "replicas": { "type": "integer" } },
    });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": { "name": "things.NS.example" },
        "spec": {
            "group": "NS.example",
            "scope": "Namespaced",
            "names": { "plural": "things", "kind": "Thing" },
            "versions": [{
                "name": "v1",
                "served": true,
                "storage": true,
                "subresources": {
                    "status": {},
                    "scale": { "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas" },
                },
                "schema": { "openAPIV3Schema": { "type": "object", "properties": { "spec": spec, "status": status } } },
            }],
        },
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    ConfigMap,
    Pod,
    Thing,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::ConfigMap, Self::Pod, Self::Thing];

    /// Where its objects are.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::ConfigMap => "/api/v1/namespaces/NS/configmaps",
            Self::Pod => "/api/v1/namespaces/NS/pods",
            Self::Thing => "/apis/NS.example/v1/namespaces/NS/things",
        }
    }

    pub(crate) fn head(self) -> (&'static str, &'static str) {
        match self {
            Self::ConfigMap => ("v1", "ConfigMap"),
            Self::Pod => ("v1", "Pod"),
            Self::Thing => ("NS.example/v1", "Thing"),
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::ConfigMap => "map",
            Self::Pod => "pod",
            Self::Thing => "thing",
        }
    }
}

/// The operations that a seed makes.
pub(crate) struct Operations {
    random: Rng,
}

impl Operations {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Rng::with_seed(seed) }
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> Step {
        let kind = self.one(&Kind::ALL);
        let name = format!("{}-{}", kind.prefix(), self.one(&["a", "b", "c"]));
        let at = format!("{}/{name}", kind.path());
        match self.random.u32(0..100) {
            0..15 => {
                let body = self.whole(kind, &name);
                self.written("POST", "", kind.path(), &body)
            }
            15..25 => self.put(kind, &name, &at),
            25..37 => self.merge(kind, &at),
            37..45 => self.json_patch(kind, &at),
            45..52 => self.strategic(kind, &at),
            52..74 => self.apply(kind, &name, &at),
            74..82 => self.status(kind, &name, at),
            82..85 => match kind {
                Kind::Pod => {
                    step("POST", "", format!("{at}/binding"), &json!({ "target": { "name": "node" } }))
                }
                _ => self.scale(kind, at),
            },
            85..93 => self.delete(kind, at),
            93..94 => {
                let label = self.one(&["x=1", "x=2", "y"]);
                step(
                    "DELETE",
                    "",
                    format!("{}?labelSelector={}", kind.path(), label.replace('=', "%3D")),
                    &Value::Null,
                )
            }
            94..97 => step("GET", "", at, &Value::Null),
            _ => {
                let query = self.one(&[
                    "",
                    "?labelSelector=x%3D1",
                    "?labelSelector=x+in+(1,3)",
                    "?fieldSelector=metadata.name%3Dmap-a",
                ]);
                step("GET", "", format!("{}{query}", kind.path()), &Value::Null)
            }
        }
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.random.usize(0..of.len())].clone()
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.u32(0..100) < percent
    }

    /// Some of these keys, each with one of these values.
    fn some(&mut self, keys: &[&str], values: &[Value], percent: u32) -> Map<String, Value> {
        let mut map = Map::new();
        for key in keys {
            if self.chance(percent) {
                map.insert((*key).into(), self.one(values));
            }
        }
        map
    }

    fn texts(&mut self, keys: &[&str], percent: u32) -> Value {
        Value::Object(self.some(keys, &["1".into(), "2".into(), "3".into()], percent))
    }

    /// Some of these values, in some order.
    fn picked(&mut self, of: &[&str]) -> Vec<Value> {
        let mut picked: Vec<&str> = of.iter().copied().filter(|_| self.chance(50)).collect();
        self.random.shuffle(&mut picked);
        picked.into_iter().map(Value::from).collect()
    }

    fn metadata(&mut self) -> Map<String, Value> {
        let mut metadata = Map::new();
        if self.chance(50) {
            metadata.insert("labels".into(), self.texts(&["x", "y", "z"], 40));
        }
        if self.chance(30) {
            metadata.insert("annotations".into(), self.texts(&["n", "m"], 50));
        }
        if self.chance(8) {
            metadata.insert("finalizers".into(), self.picked(&["example.com/a", "example.com/b"]).into());
        }
        metadata
    }

    /// What a kind has beside its metadata.
    fn content(&mut self, kind: Kind) -> Map<String, Value> {
        let mut fields = Map::new();
        match kind {
            Kind::ConfigMap => {
                fields.insert("data".into(), self.texts(&["k1", "k2", "k3"], 50));
                if self.chance(15) {
                    fields.insert("binaryData".into(), json!({ "b": self.one(&["YQ==", "Yg=="]) }));
                }
            }
            Kind::Pod => {
                fields.insert("spec".into(), self.pod());
            }
            Kind::Thing => {
                fields.insert("spec".into(), self.thing());
            }
        }
        fields
    }

    fn pod(&mut self) -> Value {
        let mut container = json!({ "name": "main", "image": self.one(&["i:1", "i:2", "i"]) });
        if self.chance(10) {
            container["env"] = json!([{ "name": "A", "value": self.one(&["1", "2"]) }]);
        }
        let mut spec = json!({ "containers": [container] });
        if self.chance(15) {
            spec["tolerations"] = json!([{ "key": self.one(&["k", "l"]), "operator": "Exists" }]);
        }
        if self.chance(10) {
            spec["activeDeadlineSeconds"] = 600.into();
        }
        spec
    }

    fn thing(&mut self) -> Value {
        let mut spec = self.some(&["size", "replicas"], &[1.into(), 2.into(), 3.into()], 40);
        if self.chance(50) {
            spec.insert("host".into(), self.one(&["a", "b"]).into());
        }
        if self.chance(40) {
            spec.insert("tags".into(), self.picked(&["t1", "t2", "t3"]).into());
        }
        if self.chance(25) {
            spec.insert("plain".into(), self.picked(&["p1", "p2"]).into());
        }
        if self.chance(40) {
            let mut ports = Vec::new();
            for port in [json!({ "port": 1 }), json!({ "port": 1, "proto": "udp" }), json!({ "port": 2 })] {
                if self.chance(50) {
                    let mut port = port;
                    if self.chance(40) {
                        port["name"] = self.one(&["n1", "n2"]).into();
                    }
                    ports.push(port);
                }
            }
            self.random.shuffle(&mut ports);
            spec.insert("ports".into(), ports.into());
        }
        if self.chance(30) {
            let values = [json!(1), json!("s"), json!([1, 2]), json!({ "in": true }), json!({ "out": "x" })];
            spec.insert("free".into(), Value::Object(self.some(&["f", "g"], &values, 60)));
        }
        if self.chance(10) {
            spec.insert("odd".into(), 1.into());
        }
        Value::Object(spec)
    }

    fn whole(&mut self, kind: Kind, name: &str) -> Value {
        let (api_version, kind_name) = kind.head();
        let mut metadata = self.metadata();
        metadata.insert("name".into(), name.into());
        let mut object = self.content(kind);
        object.insert("apiVersion".into(), api_version.into());
        object.insert("kind".into(), kind_name.into());
        object.insert("metadata".into(), metadata.into());
        Value::Object(object)
    }

    /// A request with the options that a write may have.
    fn written(&mut self, verb: &str, how: &str, path: &str, body: &Value) -> Step {
        let mut words = Vec::new();
        if how == "apply" || self.chance(60) {
            words.push(format!("fieldManager={}", self.one(&["one", "two", "three", "kubectl"])));
        }
        if how == "apply" && self.chance(40) {
            words.push("force=true".into());
        }
        if self.chance(4) {
            words.push("dryRun=All".into());
        }
        let and = if words.is_empty() { String::new() } else { format!("?{}", words.join("&")) };
        step(verb, how, format!("{path}{and}"), body)
    }

    fn put(&mut self, kind: Kind, name: &str, at: &str) -> Step {
        let mut body = self.whole(kind, name);
        if kind == Kind::Thing || self.chance(30) {
            let version = if self.chance(85) { "$rv" } else { "$old" };
            body["metadata"]["resourceVersion"] = format!("{version}:{name}").into();
        }
        self.written("PUT", "", at, &body)
    }

    fn merge(&mut self, kind: Kind, at: &str) -> Step {
        let mut body = Value::Object(self.content(kind));
        if self.chance(60) {
            body["metadata"] = self.metadata().into();
        }
        if self.chance(25) {
            let gone = self.one(&["labels", "annotations", "finalizers"]);
            body["metadata"][gone] = Value::Null;
        }
        if kind == Kind::ConfigMap && self.chance(30) {
            body["data"]["k1"] = Value::Null;
        }
        if kind == Kind::Pod && self.chance(60) {
            body.as_object_mut().expect("it was made as one").remove("spec");
        }
        if kind == Kind::Thing && self.chance(30) {
            body["spec"][self.one(&["host", "size", "tags", "free", "ports"])] = Value::Null;
        }
        self.written("PATCH", "merge", at, &body)
    }

    fn json_patch(&mut self, kind: Kind, at: &str) -> Step {
        let (place, value) = match kind {
            Kind::ConfigMap => (self.one(&["/data/k1", "/data/k4", "/data"]), json!("9")),
            Kind::Pod => ("/spec/containers/0/image", json!(self.one(&["i:3", "i:1"]))),
            Kind::Thing => {
                (self.one(&["/spec/host", "/spec/tags", "/spec/tags/0", "/spec/free/f"]), json!("h"))
            }
        };
        let place =
            if self.chance(35) { self.one(&["/metadata/labels/x", "/metadata/labels/w"]) } else { place };
        let value = match place {
            "/data" => json!({ "k9": "9" }),
            "/spec/tags" => json!(["t9"]),
            "/metadata/labels/x" | "/metadata/labels/w" => json!("7"),
            _ => value,
        };
        let operation = self.one(&["add", "replace", "remove", "test", "add"]);
        let mut operation = json!({ "op": operation, "path": place, "value": value });
        if operation["op"] == "remove" {
            operation.as_object_mut().expect("it was made as one").remove("value");
        }
        self.written("PATCH", "json", at, &json!([operation]))
    }

    fn strategic(&mut self, kind: Kind, at: &str) -> Step {
        let mut body = json!({ "metadata": self.metadata() });
        match kind {
            Kind::ConfigMap => body["data"] = self.texts(&["k1", "k2"], 60),
            Kind::Pod if self.chance(50) => {
                let image = self.one(&["i:4", "i:1"]);
                body["spec"] = json!({ "containers": [{ "name": "main", "image": image }] });
            }
            _ => {}
        }
        // Which of the two comes first is up to chance on a real server.
        if self.chance(15) && body["metadata"]["finalizers"].is_null() {
            body["metadata"]["$deleteFromPrimitiveList/finalizers"] = json!(["example.com/a"]);
        }
        self.written("PATCH", "strategic", at, &body)
    }

    fn apply(&mut self, kind: Kind, name: &str, at: &str) -> Step {
        let mut body = self.whole(kind, name);
        if kind == Kind::Thing {
            // What is empty, a real server shows in its answer to an apply, and never again.
            let metadata = body["metadata"].as_object_mut().expect("it was made as one");
            metadata.retain(|_, value| *value != json!({}) && *value != json!([]));
        }
        if kind == Kind::Pod && self.chance(50) {
            // A part of a pod, by one who does not run it.
            body.as_object_mut().expect("it was made as one").remove("spec");
        }
        self.written("PATCH", "apply", at, &body)
    }

    fn status(&mut self, kind: Kind, name: &str, at: String) -> Step {
        let status = match kind {
            Kind::ConfigMap => return step("GET", "", at, &Value::Null),
            Kind::Pod => {
                let mut status = json!({ "phase": self.one(&["Running", "Pending", "Running"]) });
                if self.chance(50) {
                    let time = "2024-01-01T00:00:00Z";
                    let kind = self.one(&["Ready", "Initialized"]);
                    let value = self.one(&["True", "False"]);
                    status["conditions"] =
                        json!([{ "type": kind, "status": value, "lastTransitionTime": time }]);
                }
                if self.chance(30) {
                    status["message"] = self.one(&["m1", "m2"]).into();
                }
                status
            }
            Kind::Thing => Value::Object({
                let mut status = self.some(&["replicas"], &[1.into(), 2.into()], 60);
                if self.chance(60) {
                    status.insert("ready".into(), self.chance(50).into());
                }
                status
            }),
        };
        let at = &format!("{at}/status");
        if self.chance(50) {
            let mut body = json!({ "status": status });
            if self.chance(30) {
                body["metadata"] = json!({ "labels": self.texts(&["x", "y"], 50) });
            }
            return self.written("PATCH", "merge", at, &body);
        }
        let (api_version, kind) = kind.head();
        let body = json!({
            "apiVersion": api_version, "kind": kind, "metadata": { "name": name }, "status": status,
        });
        self.written("PATCH", "apply", at, &body)
    }

    fn scale(&mut self, kind: Kind, at: String) -> Step {
        if kind != Kind::Thing {
            return step("GET", "", at, &Value::Null);
        }
        // Never what the object may say itself: a server tells twice who owns replicas that a scale leaves as they are, and
        // forgets one of the two with the next write.
        let replicas = self.one(&[4, 5]);
        self.written("PATCH", "merge", &format!("{at}/scale"), &json!({ "spec": { "replicas": replicas } }))
    }

    fn delete(&mut self, kind: Kind, at: String) -> Step {
        let policy = self.one(&["", "", "", "Background", "Orphan", "Foreground"]);
        let mut body = json!({});
        if !policy.is_empty() {
            body["propagationPolicy"] = policy.into();
        }
        if kind == Kind::Pod && self.chance(50) {
            body["gracePeriodSeconds"] = self.one(&[0, 5, 30]).into();
        }
        if self.chance(10) {
            body["preconditions"] = json!({ "uid": "12345678-1234-1234-1234-123456789abc" });
        }
        step("DELETE", "", at, &body)
    }
}

fn step(verb: &str, how: &str, path: String, body: &Value) -> Step {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Step { verb: verb.into(), how: how.into(), path, body }
}
