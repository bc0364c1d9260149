//! Update and patch.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    create::create_in,
    finish_namespace,
    options::{self, Unknown},
    read, settle_namespace, typed,
};
use crate::testing::{
    cluster::Api,
    document::Document,
    metadata,
    patch::Patch,
    request::Request,
    resources::Resource,
    status::{Cause, Status},
    store::{Object, State},
};

/// Answers a PUT; the flag tells whether the object was created by it.
pub(in crate::testing) fn update(
    api: &Api,
    request: &Request,
    body: &Bytes,
) -> Result<(Arc<Object>, bool), Status> {
    let unknown = options::check(request)?;
    let mut document = read(api, request, body, unknown)?;
    check_name(request, &document)?;
    settle_namespace(&mut document, request)?;
    let mut state = api.store.lock();
    let key = request.key(request.name());
    let Some(old) = state.collection(&request.resource.collection()).get(&key).cloned() else {
        if request.resource.upsert && request.subresource.is_none() && document.meta("uid").is_empty() {
            return create_in(api, &mut state, request, document).map(|object| (object, true));
        }
        return Err(Status::not_found(&request.resource, request.name()));
    };
    replace(api, &mut state, request, &old, document, false).map(|object| (object, false))
}

/// Answers a PATCH.
pub(in crate::testing) fn patch(api: &Api, request: &Request, body: &Bytes) -> Result<Arc<Object>, Status> {
    let unknown = options::check(request)?;
    let patch = Patch::read(&request.content_type, body)?;
    let mut state = api.store.lock();
    let key = request.key(request.name());
    let old = state.collection(&request.resource.collection()).get(&key).cloned();
    let old = old.ok_or_else(|| Status::not_found(&request.resource, request.name()))?;
    let document = patch.apply(&old.document())?;
    let (mut document, strange) = typed(document, true).map_err(Status::bad_request)?;
    if unknown == Unknown::Refuse && !strange.is_empty() {
        return Err(Status::bad_request(format!("strict decoding error: {}", strange.join(", "))));
    }
    check_name(request, &document)?;
    settle_namespace(&mut document, request)?;
    replace(api, &mut state, request, &old, document, true)
}

/// The name in the body must be the one in the path.
fn check_name(request: &Request, document: &Document) -> Result<(), Status> {
    let (name, wanted) = (document.name(), request.name());
    if name.is_empty() {
        return Err(Status::bad_request(format!(
            "the name of the object ({wanted} based on URL) was undeterminable: name must be provided"
        )));
    }
    if name == wanted {
        return Ok(());
    }
    Err(Status::bad_request(format!(
        "the name of the object ({name}) does not match the name on the URL ({wanted})"
    )))
}

/// Puts `new` in the place of `old`, as far as the part that the request is about may change it.
pub(super) fn replace(
    api: &Api,
    state: &mut State,
    request: &Request,
    old: &Arc<Object>,
    mut new: Document,
    is_patch: bool,
) -> Result<Arc<Object>, Status> {
    let resource = &request.resource;
    let before = old.document();
    check_version(resource, old, &new, is_patch)?;
    if !new.meta("uid").is_empty() && new.meta("uid") != before.meta("uid") {
        let (sent, found) = (new.meta("uid"), before.meta("uid"));
        let place: String = [&resource.plural, "/", &old.key.to_string()].concat();
        let why = format!(
            "StorageError: invalid object, Code: 4, Key: /registry/{place}, ResourceVersion: 0, AdditionalErrorMsg: \
             Precondition failed: UID in precondition: {sent}, UID in object meta: {found}"
        );
        return Err(Status::conflict(resource, request.name(), &why));
    }
    let changes = metadata::check_change(&before, &new);
    confine(resource, request.subresource.as_deref(), &before, &mut new);
    let mut causes = metadata::check(&new, resource);
    causes.extend(changes);
    if !causes.is_empty() {
        return Err(Status::invalid(&resource.group, &resource.kind, request.name(), causes));
    }
    if before.is_deleting() {
        let added = new.finalizers().into_iter().find(|finalizer| !before.finalizers().contains(finalizer));
        if let Some(added) = added {
            let why = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{\"{added}\"}}"
            );
            let cause = Cause::forbidden("metadata.finalizers", &why);
            return Err(Status::invalid(&resource.group, &resource.kind, request.name(), vec![cause]));
        }
    }
    if new == before {
        return Ok(Arc::clone(old));
    }
    let collection = resource.collection();
    if request.is_dry_run() {
        return Ok(Arc::new(Object::new(old.key.clone(), old.version, new)));
    }
    if before.is_deleting()
        && new.finalizers().is_empty()
        && !has_grace(&new)
        && !resource.is("", "namespaces")
    {
        let removed = state.remove(&collection, &old.key, before).expect("it is there: it was just read");
        finish_namespace(api, state, old.key.namespace());
        return Ok(Arc::new(Object::new(old.key.clone(), removed.version, new)));
    }
    let object = state.put(&collection, old.key.clone(), new);
    if resource.is("", "namespaces") {
        finish_namespace(api, state, Some(old.key.name()));
    }
    Ok(object)
}

fn has_grace(document: &Document) -> bool {
    document.get("metadata/deletionGracePeriodSeconds").and_then(serde_json::Value::as_u64).unwrap_or(0) > 0
}

/// The version in the body must be the stored one.
fn check_version(resource: &Resource, old: &Object, new: &Document, is_patch: bool) -> Result<(), Status> {
    let version = new.meta("resourceVersion");
    if version.is_empty() || version == "0" {
        if resource.conditional && !is_patch {
            let cause = Cause::invalid("metadata.resourceVersion", "0", "must be specified for an update");
            return Err(Status::invalid(&resource.group, &resource.kind, old.key.name(), vec![cause]));
        }
        return Ok(());
    }
    if version.parse::<u64>().is_err() {
        let why = format!("strconv.ParseUint: parsing \"{version}\": invalid syntax");
        return Err(Status::new(500, "", why));
    }
    if version == old.version.to_string() { Ok(()) } else { Err(Status::outdated(resource, old.key.name())) }
}

/// Leaves of `new` only what this part of the object may change.
fn confine(resource: &Resource, subresource: Option<&str>, before: &Document, new: &mut Document) {
    for field in [
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "selfLink",
        "resourceVersion",
        "managedFields",
    ] {
        new.copy_meta(field, before);
    }
    if let Some(part) = subresource {
        let kept: Vec<String> = before.0.keys().chain(new.0.keys()).cloned().collect();
        for field in kept.iter().filter(|field| field.as_str() != part && field.as_str() != "metadata") {
            new.copy(field, before);
        }
        new.copy_meta("ownerReferences", before);
    } else if resource.has_status() {
        new.copy("status", before);
    }
    if resource.is("", "namespaces") && subresource != Some("finalize") {
        new.copy("spec", before);
    }
    if resource.generation && !new.same_spec(before, resource.has_status()) {
        new.set_meta("generation", before.generation() + 1);
    }
}
