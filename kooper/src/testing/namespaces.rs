//! The end of a namespace: all that is in it goes, then the namespace itself.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    agenda::Work,
    cluster::Api,
    request::Request,
    store::{Range, State},
    write::{Options, remove},
};
use crate::ObjectKey;

/// What the namespace controller holds a namespace by.
const FINALIZER: &str = "kubernetes";

/// Follows up on something that went from a namespace, or was changed in the namespace itself.
pub(super) fn finish(api: &Api, state: &mut State, namespace: Option<&str>) {
    let Some(name) = namespace else { return };
    let terminating =
        state.collection("namespaces").get(&ObjectKey::cluster(name)).is_some_and(|ns| ns.deleting);
    if terminating {
        api.agenda.add(Work::Namespace(name.into()));
    }
}

/// Deletes what is in a terminating namespace, and the namespace once it is empty and nobody else holds it.
pub(super) fn end(api: &Api, state: &mut State, name: &str) {
    let key = ObjectKey::cluster(name);
    let deleting = |state: &mut State| {
        state.collection("namespaces").get(&key).filter(|namespace| namespace.deleting).cloned()
    };
    if deleting(state).is_none() {
        return;
    }
    empty(api, state, name);
    let range = Range { namespace: Some(name), after: None };
    let is_empty = state.collections().all(|(_, collection)| collection.now(range).next().is_none());
    let Some(namespace) = deleting(state).filter(|_| is_empty) else { return };
    let mut document = namespace.document();
    let holders = document.get("spec/finalizers").and_then(Value::as_array);
    let others: Vec<Value> =
        holders.into_iter().flatten().filter(|holder| *holder != FINALIZER).cloned().collect();
    if others.is_empty() && document.finalizers().is_empty() {
        state.remove("namespaces", &key, document);
    } else if holders.is_some_and(|holders| holders.len() > others.len()) {
        document.0.insert("spec".into(), json!({ "finalizers": others }));
        state.put("namespaces", key, document);
    }
}

fn empty(api: &Api, state: &mut State, name: &str) {
    let options = Options::default();
    for resource in api.resources().iter().filter(|resource| resource.namespaced) {
        let range = Range { namespace: Some(name), after: None };
        let objects: Vec<_> = state.collection(&resource.collection()).now(range).cloned().collect();
        for object in objects.iter().filter(|object| !object.deleting) {
            let request = Request::internal(Arc::clone(resource), Some(name), object.key.name());
            // Nothing of the server's own is refused.
            let _ = remove(api, state, &request, object, &options);
        }
    }
}
