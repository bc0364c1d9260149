//! Discovery: what the server can do, told in the two ways that clients ask for it.

use http::{HeaderMap, header};
use serde_json::{Map, Value, json};

use super::resources::{Resource, Resources, Subresource, split_api_version};

/// The document at `path`; `None` where the path is none of discovery's.
pub(super) fn document(
    resources: &Resources,
    path: &str,
    headers: &HeaderMap,
) -> Option<(Value, &'static str)> {
    let words: Vec<&str> = path.trim_end_matches('/').split('/').skip(1).collect();
    let plain = |value| (value, "application/json");
    match words[..] {
        ["api"] if aggregated(headers) => Some((aggregate(resources, true), AGGREGATED)),
        ["apis"] if aggregated(headers) => Some((aggregate(resources, false), AGGREGATED)),
        ["api"] => Some(plain(json!({
            "kind": "APIVersions",
            "versions": ["v1"],
            "serverAddressByClientCIDRs": [],
        }))),
        ["apis"] => {
            let groups: Vec<Value> = groups(resources)
                .iter()
                .filter(|group| !group.is_empty())
                .map(|name| group(resources, name))
                .collect();
            Some(plain(json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups })))
        }
        ["apis", name] if groups(resources).contains(&name) => {
            let mut group = group(resources, name);
            group["kind"] = "APIGroup".into();
            group["apiVersion"] = "v1".into();
            Some(plain(group))
        }
        ["api", version] => list(resources, "", version).map(plain),
        ["apis", group, version] => list(resources, group, version).map(plain),
        _ => None,
    }
}

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// Whether the aggregated form comes before the plain one in `Accept`.
fn aggregated(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut media = accept.split(',').map(|media| media.replace(' ', ""));
    media
        .find(|media| !media.contains("protobuf") && (!media.contains("as=") || media.contains("v=v2;")))
        .is_some_and(|media| media.contains("as=APIGroupDiscoveryList"))
}

/// The names of the groups, in their order.
fn groups(resources: &Resources) -> Vec<&str> {
    let mut groups: Vec<&str> = Vec::new();
    for resource in resources.iter() {
        if !groups.contains(&resource.group.as_str()) {
            groups.push(&resource.group);
        }
    }
    groups
}

/// The versions of a group, the preferred one first.
fn versions<'a>(resources: &'a Resources, group: &str) -> Vec<&'a str> {
    let mut versions: Vec<&str> = Vec::new();
    for resource in resources.iter().filter(|resource| resource.group == group) {
        if !versions.contains(&resource.version.as_str()) {
            versions.push(&resource.version);
        }
    }
    versions
}

fn group(resources: &Resources, name: &str) -> Value {
    let versions: Vec<Value> = versions(resources, name)
        .into_iter()
        .map(|version| json!({ "groupVersion": format!("{name}/{version}"), "version": version }))
        .collect();
    json!({ "name": name, "preferredVersion": versions.first(), "versions": versions })
}

fn of<'a>(resources: &'a Resources, group: &'a str, version: &'a str) -> impl Iterator<Item = &'a Resource> {
    resources
        .iter()
        .map(AsRef::as_ref)
        .filter(move |resource: &&Resource| resource.group == group && resource.version == version)
}

fn list(resources: &Resources, group: &str, version: &str) -> Option<Value> {
    let mut rows = Vec::new();
    let mut group_version = String::new();
    for resource in of(resources, group, version) {
        group_version = resource.api_version();
        rows.push(row(resource));
        rows.extend(resource.subresources.iter().map(|subresource| part_row(resource, subresource)));
    }
    if rows.is_empty() {
        return None;
    }
    let mut list = json!({
        "kind": "APIResourceList",
        "groupVersion": group_version,
        "resources": rows,
    });
    // The core group's list was there before lists named their version.
    if !group.is_empty() {
        list["apiVersion"] = "v1".into();
    }
    Some(list)
}

/// Puts the list there, unless it is empty.
fn set_list(value: &mut Value, field: &str, list: &[String]) {
    if !list.is_empty() {
        value[field] = list.into();
    }
}

fn row(resource: &Resource) -> Value {
    let mut row = json!({
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": resource.verbs,
    });
    set_list(&mut row, "shortNames", &resource.short_names);
    set_list(&mut row, "categories", &resource.categories);
    row
}

fn part_row(resource: &Resource, subresource: &Subresource) -> Value {
    let mut row = json!({
        "name": format!("{}/{}", resource.plural, subresource.name),
        "singularName": "",
        "namespaced": resource.namespaced,
        "kind": subresource.kind,
        "verbs": subresource.verbs,
    });
    if subresource.api_version != resource.api_version() {
        let (group, version) = split_api_version(&subresource.api_version);
        row["group"] = group.into();
        row["version"] = version.into();
    }
    row
}

fn aggregate(resources: &Resources, core: bool) -> Value {
    let items: Vec<Value> = groups(resources)
        .into_iter()
        .filter(|group| group.is_empty() == core)
        .map(|group| {
            let versions: Vec<Value> = versions(resources, group)
                .into_iter()
                .map(|version| {
                    let rows: Vec<Value> = of(resources, group, version).map(aggregated_row).collect();
                    json!({ "version": version, "resources": rows, "freshness": "Current" })
                })
                .collect();
            let metadata = if core { Map::new() } else { Map::from_iter([("name".into(), group.into())]) };
            json!({ "metadata": metadata, "versions": versions })
        })
        .collect();
    json!({
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    })
}

fn aggregated_row(resource: &Resource) -> Value {
    let scope = if resource.namespaced { "Namespaced" } else { "Cluster" };
    // A built-in resource leaves out what the list says already.
    let own = if resource.custom.is_some() { (&*resource.group, &*resource.version) } else { ("", "") };
    let mut row = json!({
        "resource": resource.plural,
        "responseKind": { "group": own.0, "version": own.1, "kind": resource.kind },
        "scope": scope,
        "singularResource": resource.singular,
        "verbs": resource.verbs,
    });
    set_list(&mut row, "shortNames", &resource.short_names);
    set_list(&mut row, "categories", &resource.categories);
    if !resource.subresources.is_empty() {
        let parts = resource.subresources.iter().map(|part| {
            let same = part.api_version == resource.api_version();
            let (group, version) = if same { own } else { split_api_version(&part.api_version) };
            json!({
                "subresource": part.name,
                "responseKind": { "group": group, "version": version, "kind": part.kind },
                "verbs": part.verbs,
            })
        });
        row["subresources"] = parts.collect();
    }
    row
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn ask(path: &str, accept: &str) -> Option<Value> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        document(&Resources::builtin(), path, &headers).map(|(value, _)| value)
    }

    #[test]
    fn both_forms_know_the_same_groups() {
        let plain = ask("/apis", "application/json").unwrap();
        let both = format!(
            "{AGGREGATED},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
        );
        let aggregated = ask("/apis", &both).unwrap();
        assert_eq!(aggregated["kind"], "APIGroupDiscoveryList");
        let plain: Vec<_> = plain["groups"].as_array().unwrap().iter().map(|group| &group["name"]).collect();
        let items = aggregated["items"].as_array().unwrap();
        let aggregated: Vec<_> = items.iter().map(|group| &group["metadata"]["name"]).collect();
        assert_eq!(plain, aggregated);
        assert!(plain.len() > 20);
    }

    #[test]
    fn a_version_lists_its_resources_and_their_parts() {
        let apps = ask("/apis/apps/v1", "application/json").unwrap();
        let rows = apps["resources"].as_array().unwrap();
        let scale = rows.iter().find(|row| row["name"] == "deployments/scale").unwrap();
        assert_eq!((&scale["kind"], &scale["group"]), (&json!("Scale"), &json!("autoscaling")));
        assert_eq!(ask("/apis/apps/v2", "*/*"), None);
        assert_eq!(ask("/apis/nope", "*/*"), None);
    }
}
