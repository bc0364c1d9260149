//! Create.

use std::sync::Arc;

use super::{options, read, settle_namespace, to_stored, typed};
use crate::{
    ObjectKey,
    testing::{
        allocate,
        apply::Writer,
        cluster::Api,
        document::Document,
        metadata,
        request::Request,
        resources::Resource,
        status::Status,
        store::{Object, State},
        strategy,
    },
};
use bytes::Bytes;

/// Answers a POST to a collection.
pub(in crate::testing) fn create(api: &Api, request: &Request, body: &Bytes) -> Result<Arc<Object>, Status> {
    let unknown = options::check(request)?;
    let mut document = read(api, request, body, unknown)?;
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
        document.clear_meta(field);
    }
    Writer::of(request, api.resources(), api.clock.stamp()).update(None, &mut document);
    let mut state = api.store.lock();
    create_in(api, &mut state, request, document)
}

/// Stores a new object, whose fields have their owners.
pub(super) fn create_in(
    api: &Api,
    state: &mut State,
    request: &Request,
    mut document: Document,
) -> Result<Arc<Object>, Status> {
    let resource = &request.resource;
    settle_namespace(&mut document, request)?;
    if !document.meta("resourceVersion").is_empty() && document.meta("resourceVersion") != "0" {
        return Err(Status::new(500, "", "resourceVersion should not be set on objects to be created"));
    }
    generate_name(api, &mut document);
    check_namespace(state, request, document.name())?;
    if resource.is("", "services") {
        allocate::service(state, None, &mut document);
    }
    prepare(api, resource, &mut document);
    let mut causes = metadata::check(&document, resource);
    causes.extend(strategy::check(resource, &document));
    if let Some(custom) = &resource.custom {
        causes.extend(custom.check(&document));
    }
    if !causes.is_empty() {
        return Err(Status::invalid(&resource.group, &resource.kind, document.name(), causes));
    }
    to_stored(resource, &mut document);
    // Who owns what is the server's own writing already, and half of a small object.
    let owned = document.metadata_mut().remove("managedFields");
    let (mut document, _) = typed(document, false).map_err(|why| Status::new(500, "", why))?;
    if let Some(owned) = owned {
        document.set_meta("managedFields", owned);
    }
    let key = request.key(document.name());
    if let Some(known) = state.collection(&resource.collection()).get(&key) {
        return Err(Status::already_exists(resource, key.name(), known.document().is_deleting()));
    }
    if request.is_dry_run() {
        return Ok(Arc::new(Object::new(key, 0, document)));
    }
    Ok(state.put(&resource.collection(), key, document))
}

/// Gives the object its name, where it asks for a generated one.
fn generate_name(api: &Api, document: &mut Document) {
    let prefix = document.meta("generateName");
    if document.name().is_empty() && !prefix.is_empty() {
        let longest = 63 - 5;
        let prefix: String = prefix.chars().take(longest).collect();
        document.set_meta("name", prefix + &api.clock.suffix());
    }
}

/// An object of a namespace needs one that is there and stays.
fn check_namespace(state: &mut State, request: &Request, name: &str) -> Result<(), Status> {
    let Some(namespace) = request.namespace.as_deref() else { return Ok(()) };
    let key = ObjectKey::cluster(namespace);
    let Some(found) = state.collection("namespaces").get(&key) else {
        let namespaces = crate::testing::resources::Resources::builtin().find("", "v1", "namespaces");
        return Err(Status::not_found(&namespaces.expect("namespaces are built in"), namespace));
    };
    if found.deleting {
        return Err(Status::terminating(&request.resource, name, namespace));
    }
    Ok(())
}

/// What the server sets on every new object.
fn prepare(api: &Api, resource: &Resource, document: &mut Document) {
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
        document.clear_meta(field);
    }
    document.set_meta("uid", api.clock.uid());
    document.set_meta("creationTimestamp", api.clock.stamp());
    if resource.generation {
        document.set_meta("generation", 1);
    } else {
        document.clear_meta("generation");
    }
    if resource.has_status() && !resource.is("", "nodes") {
        document.0.remove("status");
    }
    strategy::begin(resource, document);
}
