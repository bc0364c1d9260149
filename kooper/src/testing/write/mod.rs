//! Writes: what becomes of an object that a client sends.

mod create;
mod delete;
mod update;

use bytes::Bytes;

use super::{cluster::Api, document::Document, request::Request, status::Status, store::State};
pub(super) use create::create;
pub(super) use delete::{Deleted, delete, delete_collection};
pub(super) use update::{patch, update};

const MEDIA_TYPES: &str = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

/// The object in the body, which must be of the kind that the path names.
fn read(request: &Request, body: &Bytes) -> Result<Document, Status> {
    if !matches!(request.content_type.as_str(), "application/json" | "") {
        return Err(Status::unsupported_media_type(MEDIA_TYPES));
    }
    let value = serde_json::from_slice(body).map_err(|error| Status::bad_request(error.to_string()))?;
    let mut document = Document::new(value).ok_or_else(|| {
        Status::bad_request("couldn't get version/kind; json parse error: it is not an object")
    })?;
    let resource = &request.resource;
    let (kind, api_version) = match request.subresource.as_deref().and_then(|name| resource.subresource(name))
    {
        Some(subresource) => (subresource.kind.clone(), subresource.api_version.clone()),
        None => (resource.kind.clone(), resource.api_version()),
    };
    for (field, wanted) in [("kind", kind), ("apiVersion", api_version)] {
        if document.text(field).is_empty() {
            document.0.insert(field.into(), wanted.into());
        } else if document.text(field) != wanted {
            return Err(Status::bad_request(format!(
                "{} in version \"{}\" cannot be handled as a {}",
                document.text("kind"),
                document.text("apiVersion"),
                resource.kind
            )));
        }
    }
    Ok(document)
}

/// Checks the namespace in the body against the one in the path, and takes the path's where the body has none.
fn settle_namespace(document: &mut Document, request: &Request) -> Result<(), Status> {
    let wanted = request.namespace.as_deref().unwrap_or_default();
    let found = document.meta("namespace");
    if !found.is_empty() && found != wanted {
        return Err(Status::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    if wanted.is_empty() {
        document.clear_meta("namespace");
    } else {
        document.set_meta("namespace", wanted);
    }
    Ok(())
}

/// Ends the deletion of a namespace whose last object has gone.
fn finish_namespace(api: &Api, state: &mut State, namespace: Option<&str>) {
    let Some(name) = namespace else { return };
    let key = crate::ObjectKey::cluster(name);
    let Some(object) = state.collection("namespaces").get(&key).cloned() else { return };
    let document = object.document();
    if !document.is_deleting() || !document.finalizers().is_empty() {
        return;
    }
    let range = super::store::Range { namespace: Some(name), after: None };
    let empty = state.collections().all(|(_, collection)| collection.now(range).next().is_none());
    if empty && api.controllers {
        state.remove("namespaces", &key, document);
    }
}
