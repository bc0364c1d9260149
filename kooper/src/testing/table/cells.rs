//! The columns and cells of the built-in resources that have some of their own.

use jiff::Timestamp;
use serde_json::Value;

use super::{Columns, age::age};
use crate::testing::document::Document;

pub(super) const POD: Columns = &[
    ("Name", 0),
    ("Ready", 0),
    ("Status", 0),
    ("Restarts", 0),
    ("Age", 0),
    ("IP", 1),
    ("Node", 1),
    ("Nominated Node", 1),
    ("Readiness Gates", 1),
];
pub(super) const SERVICE: Columns = &[
    ("Name", 0),
    ("Type", 0),
    ("Cluster-IP", 0),
    ("External-IP", 0),
    ("Port(s)", 0),
    ("Age", 0),
    ("Selector", 1),
];
pub(super) const NAMESPACE: Columns = &[("Name", 0), ("Status", 0), ("Age", 0)];
pub(super) const NODE: Columns = &[
    ("Name", 0),
    ("Status", 0),
    ("Roles", 0),
    ("Age", 0),
    ("Version", 0),
    ("Internal-IP", 1),
    ("External-IP", 1),
    ("OS-Image", 1),
    ("Kernel-Version", 1),
    ("Container-Runtime", 1),
];
pub(super) const CONFIG_MAP: Columns = &[("Name", 0), ("Data", 0), ("Age", 0)];
pub(super) const SECRET: Columns = &[("Name", 0), ("Type", 0), ("Data", 0), ("Age", 0)];
pub(super) const EVENT: Columns = &[
    ("Last Seen", 0),
    ("Type", 0),
    ("Reason", 0),
    ("Object", 0),
    ("Subobject", 1),
    ("Source", 1),
    ("Message", 0),
    ("First Seen", 1),
    ("Count", 1),
    ("Name", 1),
];
pub(super) const DEPLOYMENT: Columns = &[
    ("Name", 0),
    ("Ready", 0),
    ("Up-to-date", 0),
    ("Available", 0),
    ("Age", 0),
    ("Containers", 1),
    ("Images", 1),
    ("Selector", 1),
];
pub(super) const REPLICA_SET: Columns = &[
    ("Name", 0),
    ("Desired", 0),
    ("Current", 0),
    ("Ready", 0),
    ("Age", 0),
    ("Containers", 1),
    ("Images", 1),
    ("Selector", 1),
];
pub(super) const LEASE: Columns = &[("Name", 0), ("Holder", 0), ("Age", 0)];
pub(super) const DEFINITION: Columns = &[
    ("Name", 0),
    ("Scope", 0),
    ("Versions", 0),
    ("Created At", 0),
    ("Group", 1),
    ("Kind", 1),
    ("ShortNames", 1),
    ("Established", 1),
];

const NONE: &str = "<none>";

fn text<'a>(object: &'a Document, path: &str) -> &'a str {
    object.get(path).and_then(Value::as_str).unwrap_or_default()
}

fn or_none(text: &str) -> Value {
    if text.is_empty() { NONE.into() } else { text.into() }
}

fn count(object: &Document, path: &str) -> Value {
    object.get(path).and_then(Value::as_i64).unwrap_or(0).into()
}

fn list<'a>(object: &'a Document, path: &str) -> &'a [Value] {
    object.get(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn size(object: &Document, path: &str) -> usize {
    object.get(path).and_then(Value::as_object).map_or(0, serde_json::Map::len)
}

/// One field of each item, with commas between.
fn joined(items: &[Value], field: &str) -> String {
    items.iter().filter_map(|item| item[field].as_str()).collect::<Vec<_>>().join(",")
}

fn labels(object: &Document, path: &str) -> Value {
    let labels = object.get(path).and_then(Value::as_object).into_iter().flatten();
    let labels: Vec<String> =
        labels.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or(""))).collect();
    or_none(&labels.join(","))
}

fn born(object: &Document, now: Timestamp) -> Value {
    age(object.meta("creationTimestamp"), now).into()
}

pub(super) fn pod(pod: &Document, now: Timestamp) -> Vec<Value> {
    let containers = list(pod, "spec/containers");
    let statuses = list(pod, "status/containerStatuses");
    let ready = statuses.iter().filter(|status| status["ready"] == true).count();
    let restarts: i64 = statuses.iter().filter_map(|status| status["restartCount"].as_i64()).sum();
    let waiting = statuses.iter().rev().find_map(|status| status["state"]["waiting"]["reason"].as_str());
    let ended = statuses.iter().rev().find_map(|status| status["state"]["terminated"]["reason"].as_str());
    let mut shown = [text(pod, "status/reason"), text(pod, "status/phase")]
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or_default();
    shown = waiting.or(ended).unwrap_or(shown);
    if pod.is_deleting() {
        shown = "Terminating";
    }
    let gates = list(pod, "spec/readinessGates");
    let gates = if gates.is_empty() { NONE.to_owned() } else { format!("0/{}", gates.len()) };
    vec![
        pod.name().into(),
        format!("{ready}/{}", containers.len()).into(),
        shown.into(),
        restarts.to_string().into(),
        born(pod, now),
        or_none(text(pod, "status/podIP")),
        or_none(text(pod, "spec/nodeName")),
        or_none(text(pod, "status/nominatedNodeName")),
        gates.into(),
    ]
}

pub(super) fn service(service: &Document, now: Timestamp) -> Vec<Value> {
    let ports = list(service, "spec/ports").iter().map(|port| {
        let (number, protocol) = (&port["port"], port["protocol"].as_str().unwrap_or("TCP"));
        match port["nodePort"].as_i64().filter(|node| *node > 0) {
            Some(node) => format!("{number}:{node}/{protocol}"),
            None => format!("{number}/{protocol}"),
        }
    });
    let ports = ports.collect::<Vec<_>>().join(",");
    let kind = text(service, "spec/type");
    let ingress = list(service, "status/loadBalancer/ingress");
    let external = match kind {
        "LoadBalancer" if ingress.is_empty() => "<pending>".into(),
        "LoadBalancer" => joined(ingress, "ip").into(),
        "ExternalName" => or_none(text(service, "spec/externalName")),
        _ => {
            let known = list(service, "spec/externalIPs").iter().filter_map(Value::as_str);
            or_none(&known.collect::<Vec<_>>().join(","))
        }
    };
    vec![
        service.name().into(),
        kind.into(),
        or_none(text(service, "spec/clusterIP")),
        external,
        or_none(&ports),
        born(service, now),
        labels(service, "spec/selector"),
    ]
}

pub(super) fn namespace(namespace: &Document, now: Timestamp) -> Vec<Value> {
    vec![namespace.name().into(), text(namespace, "status/phase").into(), born(namespace, now)]
}

pub(super) fn node(node: &Document, now: Timestamp) -> Vec<Value> {
    let ready = list(node, "status/conditions").iter().find(|condition| condition["type"] == "Ready");
    let mut status = match ready.and_then(|condition| condition["status"].as_str()) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    }
    .to_owned();
    if node.get("spec/unschedulable") == Some(&Value::Bool(true)) {
        status.push_str(",SchedulingDisabled");
    }
    let roles = node.metadata().and_then(|metadata| metadata.get("labels")).and_then(Value::as_object);
    let roles =
        roles.into_iter().flatten().filter_map(|(key, _)| key.strip_prefix("node-role.kubernetes.io/"));
    let address = |kind: &str| {
        let addresses = list(node, "status/addresses");
        let found = addresses.iter().find(|address| address["type"] == kind);
        or_none(found.and_then(|address| address["address"].as_str()).unwrap_or_default())
    };
    let info = |field: &str| text(node, &format!("status/nodeInfo/{field}")).to_owned();
    let unknown = |text: String| if text.is_empty() { "<unknown>".into() } else { Value::from(text) };
    vec![
        node.name().into(),
        status.into(),
        or_none(&roles.collect::<Vec<_>>().join(",")),
        born(node, now),
        info("kubeletVersion").into(),
        address("InternalIP"),
        address("ExternalIP"),
        unknown(info("osImage")),
        unknown(info("kernelVersion")),
        unknown(info("containerRuntimeVersion")),
    ]
}

pub(super) fn config_map(map: &Document, now: Timestamp) -> Vec<Value> {
    vec![map.name().into(), (size(map, "data") + size(map, "binaryData")).into(), born(map, now)]
}

pub(super) fn secret(secret: &Document, now: Timestamp) -> Vec<Value> {
    vec![secret.name().into(), text(secret, "type").into(), size(secret, "data").into(), born(secret, now)]
}

pub(super) fn event(event: &Document, now: Timestamp) -> Vec<Value> {
    let time = |fields: [&str; 2]| {
        let known = fields.iter().map(|field| text(event, field)).find(|time| !time.is_empty());
        Value::from(known.map_or_else(|| "<unknown>".to_owned(), |time| age(time, now)))
    };
    let object = format!(
        "{}/{}",
        text(event, "involvedObject/kind").to_lowercase(),
        text(event, "involvedObject/name")
    );
    let host = text(event, "source/host");
    let source = match text(event, "source/component") {
        "" => text(event, "reportingComponent"),
        component => component,
    };
    let source = if host.is_empty() { source.to_owned() } else { format!("{source}, {host}") };
    vec![
        time(["lastTimestamp", "firstTimestamp"]),
        text(event, "type").into(),
        text(event, "reason").into(),
        object.into(),
        text(event, "involvedObject/fieldPath").into(),
        source.into(),
        text(event, "message").trim().into(),
        time(["firstTimestamp", "eventTime"]),
        event.get("count").and_then(Value::as_i64).unwrap_or(1).into(),
        event.name().into(),
    ]
}

pub(super) fn deployment(deployment: &Document, now: Timestamp) -> Vec<Value> {
    let ready =
        format!("{}/{}", count(deployment, "status/readyReplicas"), count(deployment, "spec/replicas"));
    let containers = list(deployment, "spec/template/spec/containers");
    vec![
        deployment.name().into(),
        ready.into(),
        count(deployment, "status/updatedReplicas"),
        count(deployment, "status/availableReplicas"),
        born(deployment, now),
        joined(containers, "name").into(),
        joined(containers, "image").into(),
        labels(deployment, "spec/selector/matchLabels"),
    ]
}

pub(super) fn replica_set(set: &Document, now: Timestamp) -> Vec<Value> {
    let containers = list(set, "spec/template/spec/containers");
    vec![
        set.name().into(),
        count(set, "spec/replicas"),
        count(set, "status/replicas"),
        count(set, "status/readyReplicas"),
        born(set, now),
        joined(containers, "name").into(),
        joined(containers, "image").into(),
        labels(set, "spec/selector/matchLabels"),
    ]
}

pub(super) fn lease(lease: &Document, now: Timestamp) -> Vec<Value> {
    vec![lease.name().into(), text(lease, "spec/holderIdentity").into(), born(lease, now)]
}

pub(super) fn definition(definition: &Document, _: Timestamp) -> Vec<Value> {
    let served = list(definition, "spec/versions").iter().filter(|version| version["served"] == true);
    let served: Vec<&str> = served.filter_map(|version| version["name"].as_str()).collect();
    let short = list(definition, "spec/names/shortNames").iter().filter_map(Value::as_str);
    let conditions = list(definition, "status/conditions");
    let established =
        conditions.iter().any(|known| known["type"] == "Established" && known["status"] == "True");
    vec![
        definition.name().into(),
        text(definition, "spec/scope").into(),
        served.join(",").into(),
        definition.meta("creationTimestamp").into(),
        text(definition, "spec/group").into(),
        text(definition, "spec/names/kind").into(),
        short.collect::<Vec<_>>().join(",").into(),
        established.into(),
    ]
}
