//! The garbage collector: what is owned goes with its owner.
//!
//! It works within the write that makes garbage, so a test need not wait for it: background deletion removes the
//! dependents after the owner, foreground before it, orphaning frees them.

use std::sync::Arc;

use serde_json::Value;

use super::{
    cluster::Api,
    document::Document,
    request::Request,
    status::Status,
    store::{Object, State},
    write::{Options, remove},
};
use crate::ObjectKey;

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

/// Follows up on an object that waits for its end with a finalizer of the collector's.
pub(super) fn finish(api: &Api, state: &mut State, collection: &str, key: &ObjectKey) -> Result<(), Status> {
    if !api.controllers {
        return Ok(());
    }
    let Some(document) = state.collection(collection).get(key).map(|object| object.document()) else {
        return Ok(());
    };
    if !document.is_deleting() {
        return Ok(());
    }
    let uid = document.meta("uid").to_owned();
    if document.finalizers().contains(&ORPHAN) {
        for (collection, object) in state.owned_by(&uid) {
            disown(state, &collection, &object, &uid);
        }
        release(api, state, collection, key, ORPHAN)?;
    } else if document.finalizers().contains(&FOREGROUND) {
        for (collection, object) in state.owned_by(&uid) {
            delete(api, state, &collection, &object, "Foreground")?;
        }
        if state.owned_by(&uid).is_empty() {
            release(api, state, collection, key, FOREGROUND)?;
        }
    }
    Ok(())
}

/// Follows up on an object that is gone: its dependents go too, and owners that waited for it.
pub(super) fn collect(api: &Api, state: &mut State, gone: &Document) -> Result<(), Status> {
    if !api.controllers {
        return Ok(());
    }
    let uid = gone.meta("uid");
    for (collection, object) in state.owned_by(uid) {
        let others = owners(&object.document()).iter().any(|owner| owner != uid && state.has_uid(owner));
        if others {
            disown(state, &collection, &object, uid);
        } else {
            delete(api, state, &collection, &object, "Background")?;
        }
    }
    for owner in owners(gone) {
        if let Some((collection, key)) = state.of_uid(&owner) {
            finish(api, state, &collection, &key)?;
        }
    }
    Ok(())
}

fn owners(document: &Document) -> Vec<String> {
    let owners =
        document.metadata().and_then(|metadata| metadata.get("ownerReferences")).and_then(Value::as_array);
    owners.into_iter().flatten().filter_map(|owner| owner["uid"].as_str().map(ToOwned::to_owned)).collect()
}

fn delete(
    api: &Api,
    state: &mut State,
    collection: &str,
    object: &Arc<Object>,
    how: &str,
) -> Result<(), Status> {
    let resources = api.resources();
    let resource = resources.iter().find(|resource| resource.collection() == collection);
    let Some(resource) = resource else { return Ok(()) };
    if object.document().is_deleting() {
        return Ok(());
    }
    let request = Request::internal(Arc::clone(resource), object.key.namespace(), object.key.name());
    remove(api, state, &request, object, &Options::propagating(how)).map(|_| ())
}

/// Takes the reference to the owner off.
fn disown(state: &mut State, collection: &str, object: &Object, uid: &str) {
    let mut document = object.document();
    if let Some(owners) = document.metadata_mut().get_mut("ownerReferences").and_then(Value::as_array_mut) {
        owners.retain(|owner| owner["uid"] != uid);
        if owners.is_empty() {
            document.clear_meta("ownerReferences");
        }
    }
    state.put(collection, object.key.clone(), document);
}

/// Takes a finalizer off; the last one gone, the object goes.
fn release(
    api: &Api,
    state: &mut State,
    collection: &str,
    key: &ObjectKey,
    finalizer: &str,
) -> Result<(), Status> {
    let Some(object) = state.collection(collection).get(key).cloned() else { return Ok(()) };
    let mut document = object.document();
    let left: Vec<Value> =
        document.finalizers().into_iter().filter(|known| *known != finalizer).map(Value::from).collect();
    if left.is_empty() {
        document.clear_meta("finalizers");
        state.remove(collection, key, document.clone());
        return collect(api, state, &document);
    }
    document.set_meta("finalizers", left);
    state.put(collection, key.clone(), document);
    Ok(())
}
