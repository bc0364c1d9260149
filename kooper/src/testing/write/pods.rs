//! The subresources of pods that are only created: `binding` and `eviction`.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{delete::Options, options, read};
use crate::testing::{
    cluster::Api,
    document::Document,
    request::Request,
    status::Status,
    store::{Object, State},
};

/// Answers a POST to a subresource of a pod.
pub(in crate::testing) fn create(api: &Api, request: &Request, body: &Bytes) -> Result<Value, Status> {
    let unknown = options::check(request)?;
    let sent = read(api, request, body, unknown)?;
    let part = request.subresource.as_deref().unwrap_or_default();
    if sent.name() != request.name() {
        let kind = if part == "binding" { "Binding" } else { "Eviction" };
        return Err(Status::bad_request(format!("name in URL does not match name in {kind} object")));
    }
    let mut state = api.store.lock();
    let key = request.key(request.name());
    let pod = state.collection("pods").get(&key).cloned();
    let pod = pod.ok_or_else(|| Status::not_found(&request.resource, request.name()))?;
    if part == "binding" {
        bind(api, &mut state, request, &pod, &sent)?;
    } else {
        super::delete::remove(api, &mut state, request, &pod, &Options::default())?;
    }
    Ok(json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201 }))
}

/// Puts the pod on a node.
fn bind(
    api: &Api,
    state: &mut State,
    request: &Request,
    pod: &Object,
    binding: &Document,
) -> Result<(), Status> {
    let mut document = pod.document();
    let known = document.get("spec/nodeName").and_then(Value::as_str).unwrap_or_default();
    if !known.is_empty() {
        let name = request.name();
        let why = format!("pod {name} is already assigned to node \"{known}\"");
        return Err(Status::part_conflict(&request.resource, "binding", name, &why));
    }
    let node = binding.get("target/name").cloned().unwrap_or_default();
    let spec = document.0.entry("spec").or_insert_with(|| json!({}));
    spec["nodeName"] = node;
    let scheduled = json!({
        "type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": api.clock.stamp(),
    });
    let status = document.0.entry("status").or_insert_with(|| json!({}));
    match status["conditions"].as_array_mut() {
        Some(conditions) => conditions.push(scheduled),
        None => status["conditions"] = json!([scheduled]),
    }
    state.put("pods", pod.key.clone(), document);
    Ok(())
}
