//! The `OpenAPI` documents, as much of it as kubectl needs to send a manifest: which kinds can be patched, and that the server checks fields.

use serde_json::{Map, Value, json};

use super::resources::{Resource, Resources};

/// The document at a path below `/openapi`; `None` where there is none.
pub(super) fn document(resources: &Resources, path: &str) -> Option<Value> {
    let rest = path.strip_prefix("/openapi/v3")?.trim_start_matches('/');
    if rest.is_empty() {
        let paths = resources.iter().map(|resource| {
            let name = root(resource);
            let url = format!("/openapi/v3/{name}?hash={:x}", resources.iter().count());
            (name, json!({ "serverRelativeURL": url }))
        });
        return Some(json!({ "paths": paths.collect::<Map<_, _>>() }));
    }
    let paths: Map<String, Value> = resources
        .iter()
        .filter(|resource| root(resource) == rest)
        .map(|resource| (place(resource), patch(resource)))
        .collect();
    if paths.is_empty() {
        return None;
    }
    Some(json!({
        "openapi": "3.0.0",
        "info": { "title": "Kubernetes", "version": "v1.37.2" },
        "paths": paths,
        "components": { "schemas": {} },
    }))
}

/// `api/v1`, `apis/apps/v1`.
fn root(resource: &Resource) -> String {
    let api = if resource.group.is_empty() { "api" } else { "apis" };
    format!("{api}/{}", resource.api_version())
}

fn place(resource: &Resource) -> String {
    let namespace = if resource.namespaced { "namespaces/{namespace}/" } else { "" };
    format!("/{}/{namespace}{}/{{name}}", root(resource), resource.plural)
}

fn patch(resource: &Resource) -> Value {
    let parameter = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
    json!({
        "patch": {
            "operationId": format!("patch{}", resource.kind),
            "parameters": [parameter("dryRun"), parameter("fieldManager"), parameter("fieldValidation")],
            "responses": {},
            "x-kubernetes-action": "patch",
            "x-kubernetes-group-version-kind": {
                "group": resource.group, "version": resource.version, "kind": resource.kind,
            },
        },
    })
}
