//! The rules of `metadata` that hold for every kind.

use serde_json::Value;

use super::{document::Document, names, resources::Resource, status::Cause};

/// What is wrong with the metadata of an object.
pub(super) fn check(document: &Document, resource: &Resource) -> Vec<Cause> {
    let mut causes = Vec::new();
    let quoted = |text: &str| format!("\"{text}\"");
    let prefix = document.meta("generateName");
    if !prefix.is_empty() {
        // A prefix may end in what a name must not end in.
        let prefix_part =
            prefix.strip_suffix('-').map_or_else(|| prefix.to_owned(), |short| format!("{short}a"));
        if let Err(why) = names::check(resource, &prefix_part) {
            causes.push(Cause::invalid("metadata.generateName", &quoted(prefix), &why));
        }
    }
    let name = document.name();
    if name.is_empty() {
        causes.push(Cause::required("metadata.name", "name or generateName is required"));
    } else if let Err(why) = names::check(resource, name) {
        causes.push(Cause::invalid("metadata.name", &quoted(name), &why));
    }
    for (key, value) in texts(document, "labels") {
        if let Err(why) = names::check_label_key(key) {
            causes.push(Cause::invalid("metadata.labels", &quoted(key), &why));
        }
        if let Err(why) = names::check_label_value(value) {
            causes.push(Cause::invalid("metadata.labels", &quoted(value), &why));
        }
    }
    for (key, _) in texts(document, "annotations") {
        if let Err(why) = names::check_label_key(&key.to_lowercase()) {
            causes.push(Cause::invalid("metadata.annotations", &quoted(key), &why));
        }
    }
    owners(document, &mut causes);
    for (at, finalizer) in document.finalizers().into_iter().enumerate() {
        let field = format!("metadata.finalizers[{at}]");
        if let Err(why) = names::check_label_key(finalizer) {
            causes.push(Cause::invalid(field, &quoted(finalizer), &why));
        } else if !finalizer.contains('/')
            && !matches!(finalizer, "kubernetes" | "orphan" | "foregroundDeletion")
        {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            causes.push(Cause::invalid(field, &quoted(finalizer), why));
        }
    }
    causes
}

/// What of the metadata may not change, and does.
pub(super) fn check_change(before: &Document, after: &Document) -> Vec<Cause> {
    let fields = ["deletionTimestamp", "deletionGracePeriodSeconds"];
    let changed = fields.iter().filter_map(|field| {
        let given = after.metadata()?.get(*field).filter(|value| !value.is_null())?;
        let known = before.metadata()?.get(*field);
        (known != Some(given))
            .then(|| Cause::invalid(format!("metadata.{field}"), &given.to_string(), "field is immutable"))
    });
    changed.collect()
}

/// Nothing new may hold an object that is being deleted.
pub(super) fn check_finalizers(before: &Document, after: &Document) -> Option<Cause> {
    let mut added = after.finalizers();
    added.retain(|finalizer| !before.finalizers().contains(finalizer));
    if !before.is_deleting() || added.is_empty() {
        return None;
    }
    added.sort_unstable();
    let added: Vec<String> = added.into_iter().map(|finalizer| format!("\"{finalizer}\"")).collect();
    let added = added.join(", ");
    let why = format!(
        "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{added}}}"
    );
    Some(Cause::forbidden("metadata.finalizers", &why))
}

fn texts<'a>(document: &'a Document, field: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let map = document.metadata().and_then(|metadata| metadata.get(field)).and_then(Value::as_object);
    map.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
}

fn owners(document: &Document, causes: &mut Vec<Cause>) {
    let owners = document.metadata().and_then(|metadata| metadata.get("ownerReferences"));
    let Some(owners) = owners.and_then(Value::as_array) else { return };
    let mut controller: Option<String> = None;
    for (at, owner) in owners.iter().enumerate() {
        let field = |name: &str| format!("metadata.ownerReferences[{at}].{name}");
        let text = |name: &str| owner[name].as_str().unwrap_or_default();
        for name in ["apiVersion", "kind", "name", "uid"] {
            if text(name).is_empty() {
                causes.push(Cause::required(field(name), "must not be empty"));
            }
        }
        if owner["controller"].as_bool() == Some(true) {
            let this = format!("{}/{}", text("kind"), text("name"));
            if let Some(other) = &controller {
                let why = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {other} and {this}"
                );
                causes.push(Cause::invalid("metadata.ownerReferences", &go_owners(owners), &why));
            }
            controller = Some(this);
        }
    }
}

/// The references with their fields in the order of their type.
fn go_owners(owners: &[Value]) -> String {
    let fields = ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"];
    let owners: Vec<String> = owners
        .iter()
        .map(|owner| {
            let known = fields.iter().filter(|field| !owner[**field].is_null());
            let known: Vec<String> = known.map(|field| format!("\"{field}\":{}", owner[*field])).collect();
            format!("{{{}}}", known.join(","))
        })
        .collect();
    format!("[{}]", owners.join(","))
}
