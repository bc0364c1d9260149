//! Defaults that depend on other fields; those that do not are in `resources/defaults.txt`.

use serde_json::{Map, Value, json};

/// Completes an object of the type `id`, whose plain defaults are set.
pub(super) fn complete(id: &str, object: &mut Map<String, Value>) {
    match id {
        "core/v1.Namespace" => label_namespace(object),
        "core/v1.Secret" => open_secret(object),
        "apps/v1.DaemonSet" => count_templates(object),
        _ => {}
    }
    if id == "core/v1.Pod"
        && let Some(status) = object.get_mut("status").and_then(Value::as_object_mut)
    {
        first_address(status);
    }
    let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) else {
        if id == "core/v1.PodTemplate" {
            template(object);
        }
        return;
    };
    match id {
        "apiextensions/v1.CustomResourceDefinition" => definition(spec),
        "core/v1.Pod" => {
            pod(spec);
            set(spec, "enableServiceLinks", json!(true));
        }
        "core/v1.Service" => service(spec),
        "apps/v1.Deployment" => {
            strategy(spec, "strategy", json!({ "maxUnavailable": "25%", "maxSurge": "25%" }));
            template(spec);
        }
        "apps/v1.DaemonSet" => {
            strategy(spec, "updateStrategy", json!({ "maxUnavailable": 1, "maxSurge": 0 }));
            template(spec);
        }
        "apps/v1.StatefulSet" => {
            strategy(spec, "updateStrategy", json!({ "partition": 0, "maxUnavailable": 1 }));
            template(spec);
        }
        "apps/v1.ReplicaSet" => template(spec),
        "core/v1.ReplicationController" => {
            template(spec);
            labels_of_template(object);
        }
        "batch/v1.Job" => {
            job(spec);
            template(spec);
        }
        "batch/v1.CronJob" => {
            if let Some(spec) = spec.get_mut("jobTemplate").and_then(|job| job.get_mut("spec"))
                && let Some(spec) = spec.as_object_mut()
            {
                template(spec);
            }
        }
        "networking/v1.NetworkPolicy" if !spec.contains_key("policyTypes") => {
            let egress = spec.get("egress").and_then(Value::as_array).is_some_and(|rules| !rules.is_empty());
            let types = if egress { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
            spec.insert("policyTypes".into(), types);
        }
        _ => {}
    }
}

/// A pod's address is the first of its addresses.
fn first_address(status: &mut Map<String, Value>) {
    let first = status.get("podIPs").and_then(|list| list.get(0)).map(|first| first["ip"].clone());
    match (first, status.get("podIP").cloned()) {
        (Some(first), None) => {
            status.insert("podIP".into(), first);
        }
        (first, Some(one)) if first.as_ref() != Some(&one) => {
            let known = status.get("podIPs").and_then(Value::as_array);
            if known.is_some_and(|list| list.iter().any(|address| address["ip"] == one)) {
                status.insert("podIP".into(), first.unwrap_or(one));
            } else {
                status.insert("podIPs".into(), json!([{ "ip": one }]));
            }
        }
        _ => {}
    }
}

/// Texts of `stringData` become data.
fn open_secret(secret: &mut Map<String, Value>) {
    use base64::{Engine, prelude::BASE64_STANDARD};

    let Some(Value::Object(texts)) = secret.remove("stringData") else { return };
    let data = secret.entry("data").or_insert_with(|| json!({}));
    if let Some(data) = data.as_object_mut() {
        for (name, text) in texts {
            data.insert(name, BASE64_STANDARD.encode(text.as_str().unwrap_or_default()).into());
        }
    }
}

/// The count of a daemon set's templates is an annotation in this version.
fn count_templates(object: &mut Map<String, Value>) {
    let metadata = object.entry("metadata").or_insert_with(|| json!({}));
    let Some(metadata) = metadata.as_object_mut() else { return };
    let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
    if let Some(annotations) = annotations.as_object_mut() {
        set(annotations, "deprecated.daemonset.template.generation", json!("0"));
    }
}

/// The names that follow from the kind.
fn definition(spec: &mut Map<String, Value>) {
    let Some(names) = spec.get_mut("names").and_then(Value::as_object_mut) else { return };
    let kind = names.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    set(names, "singular", kind.to_lowercase().into());
    set(names, "listKind", format!("{kind}List").into());
}

fn set(object: &mut Map<String, Value>, field: &str, value: Value) {
    object.entry(field).or_insert(value);
}

fn items<'a>(
    object: &'a mut Map<String, Value>,
    field: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let list = object.get_mut(field).and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_object_mut)
}

fn template(spec: &mut Map<String, Value>) {
    let pod_spec = spec.get_mut("template").and_then(|template| template.get_mut("spec"));
    if let Some(spec) = pod_spec.and_then(Value::as_object_mut) {
        pod(spec);
    }
}

/// The parameters of a rolling update stand only with that strategy.
fn strategy(spec: &mut Map<String, Value>, field: &str, rolling: Value) {
    if let Some(strategy) = spec.get_mut(field).and_then(Value::as_object_mut)
        && strategy.get("type").and_then(Value::as_str) == Some("RollingUpdate")
    {
        set(strategy, "rollingUpdate", rolling);
    }
}

fn label_namespace(object: &mut Map<String, Value>) {
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    let name = metadata.get("name").cloned().unwrap_or_default();
    let labels = metadata.entry("labels").or_insert_with(|| json!({}));
    if let (Some(labels), true) = (labels.as_object_mut(), name != json!("") && !name.is_null()) {
        labels.insert("kubernetes.io/metadata.name".into(), name);
    }
}

fn labels_of_template(object: &mut Map<String, Value>) {
    let Some(labels) = object.get("spec").and_then(|spec| spec.pointer("/template/metadata/labels")).cloned()
    else {
        return;
    };
    if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
        set(spec, "selector", labels.clone());
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        set(metadata, "labels", labels);
    }
}

fn job(spec: &mut Map<String, Value>) {
    if !spec.contains_key("completions") && !spec.contains_key("parallelism") {
        set(spec, "completions", json!(1));
    }
    for (field, value) in [
        ("parallelism", json!(1)),
        ("completionMode", json!("NonIndexed")),
        ("backoffLimit", json!(6)),
        ("suspend", json!(false)),
        ("podReplacementPolicy", json!("TerminatingOrFailed")),
    ] {
        set(spec, field, value);
    }
}

fn pod(spec: &mut Map<String, Value>) {
    let host_network = spec.get("hostNetwork").and_then(Value::as_bool) == Some(true);
    for field in ["initContainers", "containers", "ephemeralContainers"] {
        for container in items(spec, field) {
            self::container(container, host_network);
        }
    }
    for volume in items(spec, "volumes") {
        if volume.len() == 1 {
            volume.insert("emptyDir".into(), json!({}));
        }
        let claim =
            volume.get_mut("ephemeral").and_then(|source| source.pointer_mut("/volumeClaimTemplate/spec"));
        if let Some(claim) = claim.and_then(Value::as_object_mut) {
            set(claim, "volumeMode", json!("Filesystem"));
        }
    }
}

fn container(container: &mut Map<String, Value>, host_network: bool) {
    if !container.contains_key("imagePullPolicy") {
        let image = container.get("image").and_then(Value::as_str).unwrap_or_default();
        let name = image.rsplit('/').next().unwrap_or_default();
        let latest = !name.contains('@') && name.split_once(':').is_none_or(|(_, tag)| tag == "latest");
        let policy = if latest { "Always" } else { "IfNotPresent" };
        container.insert("imagePullPolicy".into(), policy.into());
    }
    if let Some(resources) = container.get_mut("resources").and_then(Value::as_object_mut)
        && let Some(Value::Object(limits)) = resources.get("limits").cloned()
    {
        let requests = resources.entry("requests").or_insert_with(|| json!({}));
        for (name, limit) in limits {
            if let Some(requests) = requests.as_object_mut() {
                requests.entry(name).or_insert(limit);
            }
        }
    }
    if host_network {
        for port in items(container, "ports") {
            if let Some(number) = port.get("containerPort").cloned() {
                set(port, "hostPort", number);
            }
        }
    }
}

fn service(spec: &mut Map<String, Value>) {
    let kind = spec.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    for port in items(spec, "ports") {
        let target = port.get("targetPort");
        if target.is_none_or(|target| *target == json!(0) || *target == json!("")) {
            let number = port.get("port").cloned().unwrap_or_default();
            port.insert("targetPort".into(), number);
        }
    }
    if spec.get("sessionAffinity") == Some(&json!("ClientIP")) {
        set(spec, "sessionAffinityConfig", json!({ "clientIP": { "timeoutSeconds": 10800 } }));
    }
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
        set(spec, "externalTrafficPolicy", json!("Cluster"));
    }
    if kind == "LoadBalancer" {
        set(spec, "allocateLoadBalancerNodePorts", json!(true));
    }
    if kind != "ExternalName" {
        set(spec, "internalTrafficPolicy", json!("Cluster"));
    }
}
