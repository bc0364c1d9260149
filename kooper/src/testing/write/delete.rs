//! Delete, of one object and of a collection.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::finish_namespace;
use crate::testing::{
    cluster::Api,
    document::Document,
    request::Request,
    resources::Resource,
    selector::Selector,
    status::{Status, success},
    store::{Object, Range, State},
};

/// What DELETE did.
pub(in crate::testing) enum Deleted {
    /// The object, as it was last or as it waits for its end.
    Object(Arc<Object>),
    /// Gone; a `Status` says so.
    Status(Value),
}

/// The `DeleteOptions` of a request.
#[derive(Debug, Default)]
struct Options {
    uid: Option<String>,
    version: Option<String>,
    propagation: Option<String>,
    grace: Option<u64>,
}

impl Options {
    fn read(request: &Request, body: &Bytes) -> Result<Self, Status> {
        let sent: Value = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(body).map_err(|error| Status::bad_request(error.to_string()))?
        };
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        let query = |name: &str| request.query.get(name).map(ToOwned::to_owned);
        let orphans =
            sent["orphanDependents"].as_bool().map(|orphan| if orphan { "Orphan" } else { "Background" });
        Ok(Self {
            uid: text(&sent["preconditions"]["uid"]),
            version: text(&sent["preconditions"]["resourceVersion"]),
            propagation: text(&sent["propagationPolicy"])
                .or_else(|| orphans.map(ToOwned::to_owned))
                .or_else(|| query("propagationPolicy")),
            grace: match sent["gracePeriodSeconds"].as_u64() {
                Some(grace) => Some(grace),
                None => request.query.number("gracePeriodSeconds")?,
            },
        })
    }
}

/// Answers a DELETE of one object.
pub(in crate::testing) fn delete(api: &Api, request: &Request, body: &Bytes) -> Result<Deleted, Status> {
    let options = Options::read(request, body)?;
    let mut state = api.store.lock();
    let key = request.key(request.name());
    let old = state.collection(&request.resource.collection()).get(&key).cloned();
    let old = old.ok_or_else(|| Status::not_found(&request.resource, request.name()))?;
    remove(api, &mut state, request, &old, &options)
}

/// Answers a DELETE of a collection: all that the selectors match. The answer is the keys' last states.
pub(in crate::testing) fn delete_collection(
    api: &Api,
    request: &Request,
    body: &Bytes,
) -> Result<Vec<Arc<Object>>, Status> {
    let options = Options::read(request, body)?;
    let selector = Selector::of(request)?;
    let mut state = api.store.lock();
    let range = Range { namespace: request.namespace.as_deref(), after: None };
    let collection = state.collection(&request.resource.collection());
    let objects: Vec<_> = collection.now(range).filter(|object| selector.matches(object)).cloned().collect();
    for object in &objects {
        remove(api, &mut state, request, object, &options)?;
    }
    Ok(objects)
}

fn remove(
    api: &Api,
    state: &mut State,
    request: &Request,
    old: &Arc<Object>,
    options: &Options,
) -> Result<Deleted, Status> {
    let resource = &request.resource;
    let mut document = old.document();
    check(resource, old, &document, options)?;
    let finalizer = match options.propagation.as_deref() {
        Some("Orphan") => Some("orphan"),
        Some("Foreground") => Some("foregroundDeletion"),
        _ => None,
    };
    if let Some(finalizer) = finalizer.filter(|_| api.controllers) {
        let finalizers = document.metadata_mut().entry("finalizers").or_insert_with(|| json!([]));
        match finalizers.as_array_mut() {
            Some(finalizers) if !finalizers.contains(&json!(finalizer)) => finalizers.push(finalizer.into()),
            _ => {}
        }
    }
    let grace = grace(resource, &document, options);
    let waits = !document.finalizers().is_empty() || grace > 0 || resource.is("", "namespaces");
    if request.is_dry_run() {
        return Ok(Deleted::Object(Arc::clone(old)));
    }
    if waits {
        if document.is_deleting() && grace > 0 {
            return Ok(Deleted::Object(Arc::clone(old)));
        }
        let object = begin(api, state, resource, old, document, grace);
        if resource.is("", "namespaces") {
            empty_namespace(api, state, request.name())?;
        }
        return Ok(Deleted::Object(object));
    }
    let uid = document.meta("uid").to_owned();
    let removed = state.remove(&resource.collection(), &old.key, document);
    finish_namespace(api, state, old.key.namespace());
    Ok(if resource.echo {
        Deleted::Object(removed.unwrap_or_else(|| Arc::clone(old)))
    } else {
        Deleted::Status(success(resource, old.key.name(), &uid))
    })
}

/// The object stays until its finalizers, its grace period or its content are gone.
fn begin(
    api: &Api,
    state: &mut State,
    resource: &Resource,
    old: &Arc<Object>,
    mut document: Document,
    grace: u64,
) -> Arc<Object> {
    if document.is_deleting() {
        return Arc::clone(old);
    }
    document.set_meta("deletionTimestamp", api.clock.stamp_in(std::time::Duration::from_secs(grace)));
    if resource.is("", "namespaces") {
        document.0.insert("status".into(), json!({ "phase": "Terminating" }));
    } else {
        document.set_meta("deletionGracePeriodSeconds", grace);
    }
    if document.generation() > 0 {
        let next = document.generation() + 1;
        document.set_meta("generation", next);
    }
    state.put(&resource.collection(), old.key.clone(), document)
}

/// Seconds that the object is given: a pod that runs on a node has some, all others none.
fn grace(resource: &Resource, document: &Document, options: &Options) -> u64 {
    let on_node = document.get("spec/nodeName").and_then(Value::as_str).is_some_and(|node| !node.is_empty());
    let over = matches!(document.get("status/phase").and_then(Value::as_str), Some("Succeeded" | "Failed"));
    if !resource.is("", "pods") || !on_node || over {
        return 0;
    }
    let own = document.get("spec/terminationGracePeriodSeconds").and_then(Value::as_u64);
    options.grace.or(own).unwrap_or(30)
}

fn check(resource: &Resource, old: &Object, document: &Document, options: &Options) -> Result<(), Status> {
    let failed = |what: &str, wanted: &str, found: &str| {
        let why =
            format!("Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {found}");
        Err(Status::conflict(resource, old.key.name(), &why))
    };
    if let Some(uid) = options.uid.as_deref().filter(|uid| *uid != document.meta("uid")) {
        return failed("UID", uid, document.meta("uid"));
    }
    let version = old.version.to_string();
    if let Some(wanted) = options.version.as_deref().filter(|wanted| *wanted != version) {
        return failed("ResourceVersion", wanted, &version);
    }
    Ok(())
}

/// Deletes all that is in a namespace, and then the namespace, as the namespace controller does.
fn empty_namespace(api: &Api, state: &mut State, namespace: &str) -> Result<(), Status> {
    if !api.controllers {
        return Ok(());
    }
    let options = Options::default();
    for resource in api.resources().iter().filter(|resource| resource.namespaced) {
        let range = Range { namespace: Some(namespace), after: None };
        let objects: Vec<_> = state.collection(&resource.collection()).now(range).cloned().collect();
        for object in objects {
            let request = Request::internal(Arc::clone(resource), Some(namespace), object.key.name());
            remove(api, state, &request, &object, &options)?;
        }
    }
    finish_namespace(api, state, Some(namespace));
    Ok(())
}
