//! Server-side apply: a patch that says what its manager wants of an object, whether it is there or not.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    create::create_in,
    options::{self, Unknown},
    settle, settle_namespace, to_stored, typed,
    update::{check_name, replace},
};
use crate::testing::{
    apply::Writer, cluster::Api, convert, document::Document, request::Request, scale, status::Status,
    store::Object, yaml,
};

/// Answers a PATCH that applies; the flag tells whether the object was created by it.
pub(super) fn apply(api: &Api, request: &Request, body: &Bytes) -> Result<(Arc<Object>, bool), Status> {
    let unknown = options::check(request)?;
    let mut applied = read(body, unknown)?;
    let resource = &request.resource;
    let force = request.query.is_set("force");
    let writer = Writer::of(request, api.resources(), api.clock.stamp());
    let mut state = api.store.lock();
    let key = request.key(request.name());
    let old = state.collection(&resource.collection()).get(&key).cloned();
    let Some(old) = old else {
        if request.subresource.is_some() {
            return Err(Status::not_found(resource, request.name()));
        }
        if !applied.meta("uid").is_empty() {
            return Err(Status::missing_uid(resource, request.name(), applied.meta("uid")));
        }
        applied.clear_meta("resourceVersion");
        let new = writer.apply(None, &applied, force)?;
        let mut document = complete(request, new)?;
        settle(resource, &mut document);
        return create_in(api, &mut state, request, document).map(|object| (object, true));
    };
    let mut current = old.document();
    convert::shown(resource, &mut current);
    if request.subresource.as_deref() == Some("scale") {
        applied = of_scale(request, &applied, &current)?;
    }
    let new = writer.apply(Some(&current), &applied, force)?;
    let mut document = complete(request, new)?;
    settle(resource, &mut document);
    to_stored(resource, &mut document);
    replace(api, &mut state, request, &old, document, true).map(|object| (object, false))
}

fn read(body: &Bytes, unknown: Unknown) -> Result<Document, Status> {
    let value = yaml::parse(body, unknown == Unknown::Refuse)
        .map_err(|why| Status::bad_request(format!("error decoding patch: {why}")))?;
    match value {
        Value::Object(fields) => Ok(Document(fields)),
        Value::Null => Ok(Document(serde_json::Map::new())),
        other => Err(Status::bad_request(format!(
            "error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of \
             type map[string]interface {{}}",
            super::super::json::kind(&other),
        ))),
    }
}

/// The object as its type writes it, with the name and namespace of the path.
fn complete(request: &Request, new: Document) -> Result<Document, Status> {
    let (mut document, _) = typed(new, true).map_err(|why| Status::new(500, "", why))?;
    check_name(request, &document)?;
    settle_namespace(&mut document, request)?;
    Ok(document)
}

/// What an applied scale says of the object that it scales.
fn of_scale(request: &Request, applied: &Document, current: &Document) -> Result<Document, Status> {
    if applied.text("kind") != "Scale" {
        let (version, kind) = (applied.text("apiVersion"), applied.text("kind"));
        let (group, version) = crate::testing::resources::split_api_version(version);
        return Err(Status::bad_request(format!("invalid object type: {group}/{version}, Kind={kind}")));
    }
    let mut part = Document(serde_json::Map::new());
    part.0.insert("apiVersion".into(), current.text("apiVersion").into());
    part.0.insert("kind".into(), current.text("kind").into());
    part.0.insert("metadata".into(), json!({ "name": current.name() }));
    scale::put(&request.resource, &mut part, applied);
    part.clear_meta("resourceVersion");
    Ok(part)
}
