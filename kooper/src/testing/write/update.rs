//! Update and patch.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::{
    apply,
    create::create_in,
    finish_namespace,
    options::{self, Unknown},
    read, settle, settle_namespace, to_stored, typed,
};
use crate::testing::{
    apply::{Writer, timeless},
    cluster::Api,
    convert,
    document::Document,
    garbage, metadata,
    patch::Patch,
    request::Request,
    resources::Resource,
    scale,
    status::{Cause, Status},
    store::{Object, State},
    strategy,
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
    settle(&request.resource, &mut document);
    let writer = Writer::of(request, api.resources(), api.clock.stamp());
    let mut state = api.store.lock();
    let key = request.key(request.name());
    let Some(old) = state.collection(&request.resource.collection()).get(&key).cloned() else {
        if request.resource.upsert && request.subresource.is_none() && document.meta("uid").is_empty() {
            writer.update(None, &mut document);
            return create_in(api, &mut state, request, document).map(|object| (object, true));
        }
        return Err(Status::not_found(&request.resource, request.name()));
    };
    let mut current = old.document();
    convert::shown(&request.resource, &mut current);
    if request.subresource.as_deref() == Some("scale") {
        let scale = document;
        document = current.clone();
        scale::put(&request.resource, &mut document, &scale);
    }
    writer.update(Some(&current), &mut document);
    to_stored(&request.resource, &mut document);
    replace(api, &mut state, request, &old, document, false).map(|object| (object, false))
}

/// Answers a PATCH; the flag tells whether the object was created by it.
pub(in crate::testing) fn patch(
    api: &Api,
    request: &Request,
    body: &Bytes,
) -> Result<(Arc<Object>, bool), Status> {
    if request.applies() {
        return apply::apply(api, request, body);
    }
    let unknown = options::check(request)?;
    let patch = Patch::read(&request.resource, &request.content_type, body)?;
    let mut state = api.store.lock();
    let key = request.key(request.name());
    let old = state.collection(&request.resource.collection()).get(&key).cloned();
    let old = old.ok_or_else(|| Status::not_found(&request.resource, request.name()))?;
    let mut current = old.document();
    convert::shown(&request.resource, &mut current);
    let scaled = request.subresource.as_deref() == Some("scale");
    let base = if scaled { scale::to_change(&request.resource, &current) } else { current.clone() };
    let patched = patch.apply(&base)?;
    if (patched.text("kind"), patched.text("apiVersion")) != (base.text("kind"), base.text("apiVersion")) {
        let (kind, version) = (patched.text("kind"), patched.text("apiVersion"));
        let why = format!("no kind \"{kind}\" is registered for version \"{version}\"");
        return Err(unfit(&patched, &why));
    }
    let (mut document, strange) = typed(patched.clone(), true).map_err(|why| unfit(&patched, &why))?;
    if unknown == Unknown::Refuse && !strange.is_empty() {
        return Err(unfit(&patched, &format!("strict decoding error: {}", strange.join(", "))));
    }
    check_name(request, &document)?;
    settle_namespace(&mut document, request)?;
    if scaled {
        let scale = document;
        document = current.clone();
        scale::put(&request.resource, &mut document, &scale);
    }
    settle(&request.resource, &mut document);
    Writer::of(request, api.resources(), api.clock.stamp()).update(Some(&current), &mut document);
    to_stored(&request.resource, &mut document);
    replace(api, &mut state, request, &old, document, true).map(|object| (object, false))
}

/// The patched object is none of its kind.
fn unfit(patched: &Document, why: &str) -> Status {
    let shown = Value::Object(patched.0.clone()).to_string();
    Status::invalid("", "", "", vec![Cause::invalid("patch", &format!("{shown:?}"), why)])
}

/// The name in the body must be the one in the path.
pub(super) fn check_name(request: &Request, document: &Document) -> Result<(), Status> {
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
    if is_patch && !new.meta("uid").is_empty() && new.meta("uid") != before.meta("uid") {
        let cause = Cause::invalid("metadata.uid", &format!("\"{}\"", new.meta("uid")), "field is immutable");
        return Err(Status::invalid(&resource.group, &resource.kind, request.name(), vec![cause]));
    }
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
    if request.subresource.is_none() {
        causes.extend(strategy::update(resource, &before, &mut new));
    }
    count_generation(resource, &before, &mut new);
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
    let fields = |document: &Document| timeless(document.get("metadata/managedFields"));
    if fields(&new) == fields(&before) {
        // A later time alone is no change.
        new.copy_meta("managedFields", &before);
    }
    if new == before {
        return Ok(Arc::clone(old));
    }
    let collection = resource.collection();
    if request.is_dry_run() {
        return Ok(Arc::new(Object::new(old.key.clone(), old.version, new)));
    }
    let held = match new.get("spec/finalizers").and_then(Value::as_array) {
        Some(finalizers) if resource.is("", "namespaces") => !finalizers.is_empty(),
        _ => false,
    };
    if before.is_deleting() && new.finalizers().is_empty() && !held && !has_grace(&new) {
        let removed = state.remove(&collection, &old.key, before).expect("it is there: it was just read");
        garbage::collect(api, &new);
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
            return Err(Status::invalid(&resource.group, &resource.plural, old.key.name(), vec![cause]));
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
    ] {
        new.copy_meta(field, before);
    }
    let part = match subresource {
        Some("finalize" | "scale" | "ephemeralcontainers" | "resize") => Some("spec"),
        Some("approval") => Some("status"),
        other => other,
    };
    if let Some(part) = part {
        let kept: Vec<String> = before.0.keys().chain(new.0.keys()).cloned().collect();
        for field in kept.iter().filter(|field| field.as_str() != part && field.as_str() != "metadata") {
            new.copy(field, before);
        }
        new.copy_meta("ownerReferences", before);
        if resource.is("apps", "deployments") {
            new.copy_meta("labels", before);
        }
        if resource.custom.is_some() && part == "status" {
            let owners = new.get("metadata/managedFields").cloned();
            new.copy("metadata", before);
            new.clear_meta("managedFields");
            if let Some(owners) = owners {
                new.set_meta("managedFields", owners);
            }
        }
    } else if resource.has_status() {
        new.copy("status", before);
    }
    if resource.is("", "namespaces") && subresource != Some("finalize") {
        new.copy("spec", before);
    }
}

/// A change of spec makes a new generation.
fn count_generation(resource: &Resource, before: &Document, new: &mut Document) {
    let annotations = "metadata/annotations";
    let annotated = strategy::annotations_count(resource) && new.get(annotations) != before.get(annotations);
    if resource.generation && (annotated || !new.same_spec(before, resource.has_status())) {
        new.set_meta("generation", before.generation() + 1);
    }
}
