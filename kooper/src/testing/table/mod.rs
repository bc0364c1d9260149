//! Tables: what `kubectl get` prints, a row for an object.

mod age;
mod cells;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{document::Document, resources::Resource};
use age::age;

/// The columns of a resource: name and priority; a priority above 0 is shown with `-o wide`.
type Columns = &'static [(&'static str, u8)];

/// What makes the cells of an object.
type Cells = fn(&Document, Timestamp) -> Vec<Value>;

/// The definitions of a resource's columns.
pub(super) fn columns(resource: &Resource) -> Vec<Value> {
    let column = |name: &str, kind: &str, priority: u64| {
        let format = if name == "Name" { "name" } else { "" };
        json!({ "name": name, "type": kind, "format": format, "description": "", "priority": priority })
    };
    if let Some(custom) = &resource.custom {
        let mut columns = vec![column("Name", "string", 0)];
        columns.extend(custom.columns.iter().map(|own| {
            let text = |field: &str| own[field].as_str().unwrap_or_default();
            let mut column = column(text("name"), text("type"), own["priority"].as_u64().unwrap_or(0));
            column["format"] = text("format").into();
            column
        }));
        if custom.columns.is_empty() {
            columns.push(column("Age", "date", 0));
        }
        return columns;
    }
    match own(resource) {
        Some((columns, _)) => columns
            .iter()
            .map(|(name, priority)| column(name, kind(resource, name), u64::from(*priority)))
            .collect(),
        None => vec![column("Name", "string", 0), column("Created At", "date", 0)],
    }
}

fn kind(resource: &Resource, column: &str) -> &'static str {
    match (resource.plural.as_str(), column) {
        ("replicasets", "Desired" | "Current" | "Ready") => "integer",
        ("customresourcedefinitions", "Created At") => "date",
        ("customresourcedefinitions", "Established") => "boolean",
        _ => "string",
    }
}

/// The cells of an object, one for each column.
pub(super) fn cells(resource: &Resource, object: &Document, now: Timestamp) -> Vec<Value> {
    let created = object.meta("creationTimestamp");
    if let Some(custom) = &resource.custom {
        let mut cells = vec![object.name().into()];
        cells.extend(custom.columns.iter().map(|column| {
            let path = column["jsonPath"].as_str().unwrap_or_default();
            let value = object.get(&path.trim_start_matches('.').replace('.', "/")).cloned();
            match (column["type"].as_str(), value) {
                (Some("date"), Some(Value::String(time))) => age(&time, now).into(),
                (_, value) => value.unwrap_or_default(),
            }
        }));
        if custom.columns.is_empty() {
            cells.push(age(created, now).into());
        }
        return cells;
    }
    match own(resource) {
        Some((_, cells)) => cells(object, now),
        None => vec![object.name().into(), created.into()],
    }
}

/// What a resource shows of its own.
fn own(resource: &Resource) -> Option<(Columns, Cells)> {
    Some(match (resource.group.as_str(), resource.plural.as_str()) {
        ("", "pods") => (cells::POD, cells::pod),
        ("", "services") => (cells::SERVICE, cells::service),
        ("", "namespaces") => (cells::NAMESPACE, cells::namespace),
        ("", "nodes") => (cells::NODE, cells::node),
        ("", "configmaps") => (cells::CONFIG_MAP, cells::config_map),
        ("", "secrets") => (cells::SECRET, cells::secret),
        ("" | "events.k8s.io", "events") => (cells::EVENT, cells::event),
        ("apps", "deployments") => (cells::DEPLOYMENT, cells::deployment),
        ("apps", "replicasets") => (cells::REPLICA_SET, cells::replica_set),
        ("coordination.k8s.io", "leases") => (cells::LEASE, cells::lease),
        ("apiextensions.k8s.io", "customresourcedefinitions") => (cells::DEFINITION, cells::definition),
        _ => return None,
    })
}
