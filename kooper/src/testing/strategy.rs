//! What single kinds do beside the rules that hold for all: what a new object begins with, what an update leaves alone.

use serde_json::{Map, Value, json};

use super::{custom, document::Document, resources::Resource, status::Cause};

/// Sets what a new object of the resource begins with.
pub(super) fn begin(resource: &Resource, document: &mut Document) {
    match (resource.group.as_str(), resource.plural.as_str()) {
        ("", "pods") => begin_pod(document),
        ("", "namespaces") => {
            document.0.insert("spec".into(), json!({ "finalizers": ["kubernetes"] }));
            document.0.insert("status".into(), json!({ "phase": "Active" }));
        }
        ("", "nodes") => add_once(
            document.0.entry("spec").or_insert_with(|| json!({})),
            "taints",
            json!({ "key": "node.kubernetes.io/not-ready", "effect": "NoSchedule" }),
            "key",
        ),
        ("", "services") => begin_service(document),
        ("", "persistentvolumeclaims") => {
            document.0.insert("status".into(), json!({ "phase": "Pending" }));
            protect(document, "kubernetes.io/pvc-protection");
        }
        ("", "persistentvolumes") => {
            document.0.insert("status".into(), json!({ "phase": "Pending" }));
            protect(document, "kubernetes.io/pv-protection");
        }
        ("apps", "daemonsets") => template_generation(document, 1),
        ("apiextensions.k8s.io", "customresourcedefinitions") => {
            let status = json!({ "storedVersions": custom::stored_versions(document) });
            document.0.insert("status".into(), status);
        }
        _ => {}
    }
}

/// Sets what an update leaves alone or follows from; what is wrong with it is told.
pub(super) fn update(resource: &Resource, before: &Document, after: &mut Document) -> Vec<Cause> {
    match (resource.group.as_str(), resource.plural.as_str()) {
        ("", "pods") => {
            tolerate(after.0.entry("spec").or_insert_with(|| json!({})));
            return check_pod(before, after);
        }
        ("", "services") => keep_addresses(before, after),
        ("apps", "daemonsets") => {
            let known = before.get("metadata/annotations/deprecated.daemonset.template.generation");
            let known = known.and_then(Value::as_str).and_then(|text| text.parse().ok()).unwrap_or(1);
            let changed = before.get("spec/template") != after.get("spec/template");
            template_generation(after, known + u64::from(changed));
        }
        ("apps", "deployments" | "replicasets" | "statefulsets") | ("batch", "jobs") => {
            return check_selector(before, after);
        }
        _ => {}
    }
    Vec::new()
}

/// Whether the change makes a new generation beside a change of spec.
pub(super) fn annotations_count(resource: &Resource) -> bool {
    resource.is("apps", "deployments")
}

fn protect(document: &mut Document, finalizer: &str) {
    if !document.finalizers().contains(&finalizer) {
        let finalizers = document.metadata_mut().entry("finalizers").or_insert_with(|| json!([]));
        if let Some(finalizers) = finalizers.as_array_mut() {
            finalizers.push(finalizer.into());
        }
    }
}

/// Adds an item to a list, unless one with that key is there.
fn add_once(owner: &mut Value, list: &str, item: Value, key: &str) {
    let Some(owner) = owner.as_object_mut() else { return };
    let items = owner.entry(list).or_insert_with(|| json!([]));
    if let Some(items) = items.as_array_mut()
        && !items.iter().any(|known| known[key] == item[key])
    {
        items.push(item);
    }
}

fn begin_pod(document: &mut Document) {
    let spec = document.0.entry("spec").or_insert_with(|| json!({}));
    let class = quality(spec);
    if let Some(spec) = spec.as_object_mut() {
        spec.entry("priority").or_insert(json!(0));
        spec.entry("preemptionPolicy").or_insert(json!("PreemptLowerPriority"));
    }
    tolerate(spec);
    document.0.insert("status".into(), json!({ "phase": "Pending", "qosClass": class }));
}

/// Gives a pod's spec the tolerations that every pod has.
fn tolerate(spec: &mut Value) {
    for reason in ["not-ready", "unreachable"] {
        let toleration = json!({
            "key": format!("node.kubernetes.io/{reason}"),
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": 300,
        });
        add_once(spec, "tolerations", toleration, "key");
    }
}

/// The class of service that a pod's requests and limits make.
fn quality(spec: &Value) -> &'static str {
    let lists = ["containers", "initContainers"].into_iter().filter_map(|field| spec[field].as_array());
    let resources: Vec<&Value> = lists.flatten().map(|container| &container["resources"]).collect();
    let amounts = |value: &Value| -> Map<String, Value> {
        let known = value.as_object().into_iter().flatten();
        let counted =
            known.filter(|(name, amount)| matches!(name.as_str(), "cpu" | "memory") && *amount != "0");
        counted.map(|(name, amount)| (name.clone(), amount.clone())).collect()
    };
    if resources.iter().all(|of| amounts(&of["requests"]).is_empty() && amounts(&of["limits"]).is_empty()) {
        return "BestEffort";
    }
    let whole =
        |of: &&Value| amounts(&of["limits"]).len() == 2 && amounts(&of["limits"]) == amounts(&of["requests"]);
    if resources.iter().all(whole) { "Guaranteed" } else { "Burstable" }
}

/// Of a pod's spec, only images, the deadline, new tolerations and the grace period of a doomed pod may change.
fn check_pod(before: &Document, after: &Document) -> Vec<Cause> {
    let rest = |document: &Document| {
        let mut spec = document.get("spec").cloned().unwrap_or_default();
        for field in ["containers", "initContainers"] {
            for container in spec[field].as_array_mut().into_iter().flatten() {
                if let Some(container) = container.as_object_mut() {
                    container.remove("image");
                }
            }
        }
        if let Some(spec) = spec.as_object_mut() {
            spec.retain(|field, value| {
                !value.is_null() && !matches!(field.as_str(), "activeDeadlineSeconds" | "tolerations")
            });
        }
        spec
    };
    let mut causes = Vec::new();
    if !keeps_tolerations(before, after) {
        let why = "existing toleration can not be modified except its tolerationSeconds";
        causes.push(Cause::forbidden("spec.tolerations", why));
    }
    if rest(before) == rest(after) {
        return causes;
    }
    let why = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
        `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
        `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
    causes.push(Cause::forbidden("spec", why));
    causes
}

/// Whether every toleration is still there, at most for another time.
fn keeps_tolerations(before: &Document, after: &Document) -> bool {
    let tolerations = |document: &Document| -> Vec<Value> {
        let list = document.get("spec/tolerations").and_then(Value::as_array).cloned().unwrap_or_default();
        let timeless = list.into_iter().map(|mut toleration| {
            if let Some(fields) = toleration.as_object_mut() {
                fields.remove("tolerationSeconds");
            }
            toleration
        });
        timeless.collect()
    };
    let after = tolerations(after);
    tolerations(before).iter().all(|toleration| after.contains(toleration))
}

fn begin_service(document: &mut Document) {
    let Some(spec) = document.0.get_mut("spec").and_then(Value::as_object_mut) else { return };
    if spec.get("type") != Some(&json!("ExternalName")) {
        if let Some(address) = spec.get("clusterIP").cloned() {
            spec.insert("clusterIPs".into(), json!([address]));
        }
        spec.entry("ipFamilies").or_insert(json!(["IPv4"]));
        spec.entry("ipFamilyPolicy").or_insert(json!("SingleStack"));
    }
}

/// An address that was given stays.
fn keep_addresses(before: &Document, after: &mut Document) {
    let external = after.get("spec/type") == Some(&json!("ExternalName"));
    let Some(spec) = after.0.get_mut("spec").and_then(Value::as_object_mut).filter(|_| !external) else {
        return;
    };
    for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if let Some(value) = before.get(&format!("spec/{field}")) {
            spec.entry(field).or_insert_with(|| value.clone());
        }
    }
}

fn template_generation(document: &mut Document, generation: u64) {
    let annotations = document.metadata_mut().entry("annotations").or_insert_with(|| json!({}));
    if let Some(annotations) = annotations.as_object_mut() {
        annotations.insert("deprecated.daemonset.template.generation".into(), generation.to_string().into());
    }
}

fn check_selector(before: &Document, after: &Document) -> Vec<Cause> {
    let (known, given) = (before.get("spec/selector"), after.get("spec/selector"));
    let mut causes = Vec::new();
    let labels = after.get("spec/template/metadata/labels");
    let wanted = after.get("spec/selector/matchLabels").and_then(Value::as_object);
    let matching = wanted
        .into_iter()
        .flatten()
        .all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value));
    if !matching {
        let found = labels.map_or_else(|| "null".to_owned(), Value::to_string);
        causes.push(Cause::invalid(
            "spec.template.metadata.labels",
            &found,
            "`selector` does not match template `labels`",
        ));
    }
    if known != given {
        let shown = given.map_or_else(|| "null".to_owned(), Value::to_string);
        causes.push(Cause::invalid("spec.selector", &shown, "field is immutable"));
    }
    causes
}
