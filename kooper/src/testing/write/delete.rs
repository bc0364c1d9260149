//! Delete, of one object and of a collection.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{finish_namespace, options};
use crate::testing::{
    cluster::{Api, DEFINITIONS},
    custom,
    decode::Decoder,
    document::Document,
    garbage, json as text,
    request::Request,
    resources::Resource,
    schema::Schema,
    selector::Selector,
    status::{Cause, Status, success},
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
pub(in crate::testing) struct Options {
    uid: Option<String>,
    version: Option<String>,
    propagation: Option<String>,
    grace: Option<u64>,
    dry_run: bool,
}

impl Options {
    /// Those of a deletion that the server asks of itself.
    pub(in crate::testing) fn propagating(how: &str) -> Self {
        Self { propagation: Some(how.into()), ..Self::default() }
    }

    fn read(request: &Request, body: &Bytes) -> Result<Self, Status> {
        options::check(request)?;
        let sent =
            if body.is_empty() { Value::Null } else { text::parse(body).map_err(Status::bad_request)? };
        let sent = match sent {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        let of = Schema::builtin().of_kind("meta.k8s.io/v1", "DeleteOptions").expect("it is in the table");
        let kind = sent.get("kind").and_then(Value::as_str).unwrap_or("DeleteOptions");
        let version = sent.get("apiVersion").and_then(Value::as_str).unwrap_or("v1");
        if kind != "DeleteOptions" {
            return Err(Status::bad_request(format!(
                "no kind \"{kind}\" is registered for version \"{version}\" in scheme \"pkg/runtime/scheme.go:111\""
            )));
        }
        let sent = Value::Object(Decoder::new(false).object(of, sent).map_err(Status::bad_request)?);
        let string = |value: &Value| value.as_str().map(ToOwned::to_owned);
        let query = |name: &str| request.query.get(name).map(ToOwned::to_owned);
        let orphan = sent["orphanDependents"].as_bool();
        let propagation = string(&sent["propagationPolicy"]).or_else(|| query("propagationPolicy"));
        let mut causes = Vec::new();
        if let Some(policy) = propagation.as_deref() {
            let known = ["Foreground", "Background", "Orphan", "nil"];
            if orphan.is_some() {
                let why = "orphanDependents and deletionPropagation cannot be both set";
                causes.push(Cause::invalid("propagationPolicy", &format!("\"{policy}\""), why));
            } else if !known[..3].contains(&policy) {
                causes.push(Cause::unsupported("propagationPolicy", policy, &known));
            }
        }
        let dry_runs = sent["dryRun"].as_array().map_or(&[][..], Vec::as_slice);
        if let Some(other) = dry_runs.iter().find_map(Value::as_str).filter(|value| *value != "All") {
            causes.push(Cause::unsupported_list("dryRun", other, &["All"]));
        }
        if !causes.is_empty() {
            return Err(Status::invalid("meta.k8s.io", "DeleteOptions", "", causes));
        }
        let orphans = orphan.map(|orphan| if orphan { "Orphan" } else { "Background" });
        Ok(Self {
            uid: string(&sent["preconditions"]["uid"]),
            version: string(&sent["preconditions"]["resourceVersion"]),
            propagation: propagation.or_else(|| orphans.map(ToOwned::to_owned)),
            grace: match sent["gracePeriodSeconds"].as_i64() {
                Some(grace) => Some(u64::try_from(grace).unwrap_or(1)),
                None => request.query.number("gracePeriodSeconds")?,
            },
            dry_run: request.is_dry_run() || !dry_runs.is_empty(),
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
) -> Result<(u64, Vec<Arc<Object>>), Status> {
    let options = Options::read(request, body)?;
    let selector = Selector::of(request)?;
    let mut state = api.store.lock();
    let version = state.version;
    let range = Range { namespace: request.namespace.as_deref(), after: None };
    let collection = state.collection(&request.resource.collection());
    let objects: Vec<_> = collection.now(range).filter(|object| selector.matches(object)).cloned().collect();
    for object in &objects {
        remove(api, &mut state, request, object, &options)?;
    }
    Ok((version, objects))
}

pub(in crate::testing) fn remove(
    api: &Api,
    state: &mut State,
    request: &Request,
    old: &Arc<Object>,
    options: &Options,
) -> Result<Deleted, Status> {
    let resource = &request.resource;
    let mut document = old.document();
    check(resource, old, &document, options)?;
    if resource.is("", "namespaces") && matches!(old.key.name(), "default" | "kube-system" | "kube-public") {
        return Err(Status::forbidden(resource, old.key.name(), "this namespace may not be deleted"));
    }
    let finalizer = match options.propagation.as_deref() {
        Some("Orphan") => Some("orphan"),
        Some("Foreground") => Some("foregroundDeletion"),
        _ => None,
    };
    if let Some(finalizer) = finalizer {
        let finalizers = document.metadata_mut().entry("finalizers").or_insert_with(|| json!([]));
        match finalizers.as_array_mut() {
            Some(finalizers) if !finalizers.contains(&json!(finalizer)) => finalizers.push(finalizer.into()),
            _ => {}
        }
    }
    let grace = grace(resource, &document, options);
    if resource.collection() == DEFINITIONS && !document.is_deleting() {
        custom::terminate(&mut document, &api.clock.stamp());
    }
    let waits = !document.finalizers().is_empty() || grace > 0 || resource.is("", "namespaces");
    if options.dry_run {
        return Ok(Deleted::Object(Arc::clone(old)));
    }
    let graceful = resource.is("", "pods");
    let doomed = doom(api, resource, &mut document, grace);
    let collection = resource.collection();
    let object = if doomed && (waits || graceful) {
        state.put(&collection, old.key.clone(), document.clone())
    } else {
        Arc::clone(old)
    };
    if waits {
        if resource.is("", "namespaces") {
            finish_namespace(api, state, Some(request.name()));
        }
        garbage::finish(api, &collection, &old.key);
        return Ok(Deleted::Object(object));
    }
    let last = if graceful { document } else { old.document() };
    let uid = last.meta("uid").to_owned();
    let removed = state.remove(&collection, &old.key, last.clone());
    garbage::collect(api, &last);
    finish_namespace(api, state, old.key.namespace());
    Ok(if graceful {
        Deleted::Object(object)
    } else if resource.echo {
        Deleted::Object(removed.unwrap_or(object))
    } else {
        Deleted::Status(success(resource, old.key.name(), &uid))
    })
}

/// Marks an object that is to go, or shortens the time that it is given; whether there was something to do.
fn doom(api: &Api, resource: &Resource, document: &mut Document, grace: u64) -> bool {
    let deadline = api.clock.stamp_in(Duration::from_secs(grace));
    if document.is_deleting() {
        let known = document.get("metadata/deletionGracePeriodSeconds").and_then(Value::as_u64).unwrap_or(0);
        if grace >= known {
            return false;
        }
        document.set_meta("deletionTimestamp", deadline);
        document.set_meta("deletionGracePeriodSeconds", grace);
        return true;
    }
    document.set_meta("deletionTimestamp", deadline);
    if resource.collection() == DEFINITIONS {
        return true;
    }
    if resource.is("", "namespaces") {
        document.0.insert("status".into(), json!({ "phase": "Terminating" }));
    } else {
        document.set_meta("deletionGracePeriodSeconds", grace);
    }
    if document.generation() > 0 {
        let next = document.generation() + 1;
        document.set_meta("generation", next);
    }
    true
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
    let differs = |what: &str, wanted: &str, found: &str, so: &str| {
        let why = format!(
            "the {what} in the precondition ({wanted}) does not match the {what} in record ({found}). The object might have \
             been {so}"
        );
        Err(Status::other_object(resource, old.key.name(), &why))
    };
    if let Some(uid) = options.uid.as_deref().filter(|uid| *uid != document.meta("uid")) {
        return differs("UID", uid, document.meta("uid"), "deleted and then recreated");
    }
    let version = old.version.to_string();
    if let Some(wanted) = options.version.as_deref().filter(|wanted| *wanted != version) {
        return differs("ResourceVersion", wanted, &version, "modified");
    }
    Ok(())
}
