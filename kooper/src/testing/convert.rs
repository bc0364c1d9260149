//! Events have two forms of one object: that of the core group, which is stored, and that of `events.k8s.io`.

use serde_json::Value;

use super::{document::Document, resources::Resource};

/// The fields in the core group and in `events.k8s.io`.
const NAMES: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("reportingComponent", "reportingController"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
];

/// A stored object in the version of `resource`.
pub(super) fn shown(resource: &Resource, document: &mut Document) {
    event(document, &resource.api_version());
    if resource.custom.is_some() {
        document.0.insert("apiVersion".into(), resource.api_version().into());
    }
}

/// Whether the objects of `resource` are stored in another form than they are shown in.
pub(super) fn converts(resource: &Resource) -> bool {
    resource.is("events.k8s.io", "events")
        || resource.custom.as_ref().is_some_and(|custom| custom.stored_as != resource.api_version())
}

const NEW: &str = "events.k8s.io/v1";

/// The event in the form of `api_version`; any other object stays as it is.
pub(super) fn event(document: &mut Document, api_version: &str) {
    let known = document.text("apiVersion");
    if document.text("kind") != "Event" || known == api_version || (known != NEW && api_version != NEW) {
        return;
    }
    for (old, new) in NAMES {
        let (from, to) = if api_version == NEW { (old, new) } else { (new, old) };
        if let Some(value) = document.0.remove(from) {
            document.0.insert(to.into(), value);
        }
    }
    document.0.insert("apiVersion".into(), Value::from(api_version));
}
