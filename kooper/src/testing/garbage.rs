//! The garbage collector: what is owned goes with its owner.
//!
//! The rules are those of kube-controller-manager's: background deletion removes the dependents after the owner, foreground
//! before it (it waits for those that block it), orphaning frees them, and what is made for an owner that is not there goes
//! at once. An owner is there if its kind, name and uid are.

use std::sync::Arc;

use serde_json::Value;

use super::{
    agenda::Work,
    cluster::Api,
    document::Document,
    request::Request,
    store::{Object, State},
    write::{Options, remove},
};
use crate::ObjectKey;

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

/// Notes an object that may wait for its end with a finalizer of the collector's.
pub(super) fn finish(api: &Api, collection: &str, key: &ObjectKey) {
    api.agenda.add(Work::Finish { collection: collection.into(), key: key.clone() });
}

/// Notes an object that is gone.
pub(super) fn collect(api: &Api, gone: &Document) {
    if api.agenda.collects() {
        let mut metadata = gone.clone();
        metadata.0.retain(|field, _| matches!(field.as_str(), "kind" | "apiVersion" | "metadata"));
        api.agenda.add(Work::Gone(metadata));
    }
}

/// Notes the objects that have come to be owned.
pub(super) fn welcome(api: &Api) {
    let owned = api.store.lock().take_adopted();
    for (collection, key) in owned {
        api.agenda.add(Work::Look { collection, key });
    }
}

/// An object waits for its end: its dependents are freed, or go before it.
pub(super) fn wait_over(api: &Api, state: &mut State, collection: &str, key: &ObjectKey) {
    let Some(object) = state.collection(collection).get(key).filter(|object| object.deleting).cloned() else {
        return;
    };
    let document = object.document();
    if document.finalizers().contains(&ORPHAN) {
        for (collection, dependent) in state.owned_by(object.uid()) {
            change_owners(state, &collection, &dependent, |owners| {
                owners.retain(|owner| owner["uid"] != *object.uid());
            });
        }
        release(api, state, collection, key, ORPHAN);
    } else if document.finalizers().contains(&FOREGROUND) {
        let blocks = |dependent: &Object| {
            owners(&dependent.document())
                .iter()
                .any(|owner| owner["uid"] == *object.uid() && owner["blockOwnerDeletion"] == true)
        };
        let mut blocking = state.owned_by(object.uid());
        blocking.retain(|(_, dependent)| blocks(dependent));
        if blocking.is_empty() {
            return release(api, state, collection, key, FOREGROUND);
        }
        for (collection, dependent) in blocking {
            look(api, state, &collection, &dependent.key, "");
        }
    }
}

/// An object is gone: what it owned may have to go too, and owners may have waited for it.
pub(super) fn follow(api: &Api, state: &mut State, gone: &Document) {
    for (collection, dependent) in state.owned_by(gone.meta("uid")) {
        look(api, state, &collection, &dependent.key, gone.meta("uid"));
    }
    for owner in owners(gone) {
        if let Owner::There(collection, owner) = find(api, state, gone.meta("namespace"), &owner, "") {
            finish(api, &collection, &owner.key);
        }
    }
}

/// Deletes an object whose owners are all gone, or wait for it; takes off the owners that are gone where one is left.
pub(super) fn look(api: &Api, state: &mut State, collection: &str, key: &ObjectKey, gone: &str) {
    let Some(object) = state.collection(collection).get(key).cloned() else { return };
    let document = object.document();
    let refs = owners(&document);
    if refs.is_empty() || object.deleting {
        return;
    }
    let found: Vec<Owner> =
        refs.iter().map(|owner| find(api, state, document.meta("namespace"), owner, gone)).collect();
    if found.iter().any(Owner::stays) {
        if !found.iter().all(Owner::stays) {
            let mut kept = found.iter().map(Owner::stays);
            change_owners(state, collection, &object, |owners| {
                owners.retain(|_| kept.next() == Some(true));
            });
        }
        return;
    }
    let dependents = state.owned_by(object.uid());
    let how = if found.iter().any(Owner::waits) && !dependents.is_empty() {
        if dependents.iter().any(|(_, dependent)| waits(dependent)) {
            // They would wait for each other.
            change_owners(state, collection, &object, |owners| {
                for owner in owners {
                    owner["blockOwnerDeletion"] = false.into();
                }
            });
            for owner in &found {
                if let Owner::There(collection, owner) = owner {
                    finish(api, collection, &owner.key);
                }
            }
        }
        "Foreground"
    } else {
        let own = document.finalizers();
        [(ORPHAN, "Orphan"), (FOREGROUND, "Foreground")]
            .into_iter()
            .find_map(|(finalizer, how)| own.contains(&finalizer).then_some(how))
            .unwrap_or("Background")
    };
    delete(api, state, collection, key, how);
}

/// What is known of an owner that a reference names.
enum Owner {
    There(String, Arc<Object>),
    Gone,
    /// Its kind is not served, so nobody can say.
    Unknown,
}

impl Owner {
    fn waits(&self) -> bool {
        matches!(self, Self::There(_, owner) if waits(owner))
    }

    fn stays(&self) -> bool {
        !self.waits() && !matches!(self, Self::Gone)
    }
}

/// Whether the object waits for its dependents to go before it.
fn waits(object: &Object) -> bool {
    object.deleting && object.document().finalizers().contains(&FOREGROUND)
}

fn owners(document: &Document) -> Vec<Value> {
    let owners =
        document.metadata().and_then(|metadata| metadata.get("ownerReferences")).and_then(Value::as_array);
    owners.cloned().unwrap_or_default()
}

/// The owner that a reference names; `gone` is the uid of one that is known to be.
fn find(api: &Api, state: &mut State, namespace: &str, owner: &Value, gone: &str) -> Owner {
    let text = |field: &str| owner[field].as_str().unwrap_or_default();
    if text("uid") == gone {
        return Owner::Gone;
    }
    let resource = api.resources().of_kind(text("apiVersion"), text("kind"));
    let Some(resource) = resource.filter(|resource| !(resource.namespaced && namespace.is_empty())) else {
        return Owner::Unknown;
    };
    let namespace = Some(namespace).filter(|_| resource.namespaced);
    let collection = resource.collection();
    let key = ObjectKey::new(namespace, text("name"));
    let found = state.collection(&collection).get(&key).filter(|object| object.uid() == text("uid"));
    found.cloned().map_or(Owner::Gone, |owner| Owner::There(collection, owner))
}

fn delete(api: &Api, state: &mut State, collection: &str, key: &ObjectKey, how: &str) {
    let Some(object) = state.collection(collection).get(key).cloned() else { return };
    let resources = api.resources();
    let Some(resource) = resources.iter().find(|resource| resource.collection() == collection) else {
        return;
    };
    let request = Request::internal(Arc::clone(resource), key.namespace(), key.name());
    // Nothing of the server's own is refused.
    let _ = remove(api, state, &request, &object, &Options::propagating(how));
}

/// Changes an object's references to its owners.
fn change_owners(state: &mut State, collection: &str, object: &Object, change: impl FnOnce(&mut Vec<Value>)) {
    let mut document = object.document();
    if let Some(owners) = document.metadata_mut().get_mut("ownerReferences").and_then(Value::as_array_mut) {
        change(owners);
        if owners.is_empty() {
            document.clear_meta("ownerReferences");
        }
    }
    state.put(collection, object.key.clone(), document);
}

/// Takes a finalizer off; the last one gone, the object goes.
fn release(api: &Api, state: &mut State, collection: &str, key: &ObjectKey, finalizer: &str) {
    let Some(object) = state.collection(collection).get(key).cloned() else { return };
    let mut document = object.document();
    let left: Vec<Value> =
        document.finalizers().into_iter().filter(|known| *known != finalizer).map(Value::from).collect();
    if left.is_empty() {
        document.clear_meta("finalizers");
        state.remove(collection, key, document.clone());
        collect(api, &document);
        super::namespaces::finish(api, state, key.namespace());
    } else {
        document.set_meta("finalizers", left);
        state.put(collection, key.clone(), document);
    }
}
