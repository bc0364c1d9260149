//! The resources that the server knows: one table, read from data.
//!
//! `resources/builtin.txt` is written by `resources/table` from the discovery of a real kube-apiserver. A custom
//! resource is one more row.

use std::sync::{Arc, OnceLock};

use super::custom::Custom;

/// One resource in one of its versions.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a column of the table")]
pub(super) struct Resource {
    /// Empty for the core group.
    pub(super) group: String,
    pub(super) version: String,
    pub(super) plural: String,
    pub(super) singular: String,
    pub(super) kind: String,
    pub(super) namespaced: bool,
    pub(super) verbs: Vec<String>,
    pub(super) short_names: Vec<String>,
    pub(super) categories: Vec<String>,
    pub(super) subresources: Vec<Subresource>,
    /// The objects are given `metadata.generation`.
    pub(super) generation: bool,
    /// DELETE answers with the deleted object, not with a `Status`.
    pub(super) echo: bool,
    /// An update must carry a `resourceVersion`.
    pub(super) conditional: bool,
    /// An update of an object that is not there creates it.
    pub(super) upsert: bool,
    /// What the definition of a custom resource says.
    pub(super) custom: Option<Arc<Custom>>,
}

/// A part of a resource with a path of its own, such as `status`.
#[derive(Debug, Clone)]
pub(super) struct Subresource {
    pub(super) name: String,
    /// The group and version of what is sent and received.
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) verbs: Vec<String>,
}

impl Resource {
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `pods`, `deployments.apps`: as messages name it.
    pub(super) fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }

    pub(super) fn subresource(&self, name: &str) -> Option<&Subresource> {
        self.subresources.iter().find(|subresource| subresource.name == name)
    }

    pub(super) fn has_status(&self) -> bool {
        self.subresource("status").is_some()
    }

    pub(super) fn is(&self, group: &str, plural: &str) -> bool {
        self.group == group && self.plural == plural
    }

    /// Where the objects are kept: versions of one resource share their objects.
    pub(super) fn collection(&self) -> String {
        if self.is("events.k8s.io", "events") { "events".into() } else { self.qualified() }
    }
}

/// All resources, in the order of discovery.
#[derive(Debug, Clone)]
pub(super) struct Resources {
    rows: Vec<Arc<Resource>>,
}

impl Resources {
    /// The built-in ones of Kubernetes.
    pub(super) fn builtin() -> Self {
        static ROWS: OnceLock<Vec<Arc<Resource>>> = OnceLock::new();
        Self { rows: ROWS.get_or_init(|| read(include_str!("resources/builtin.txt"))).clone() }
    }

    /// The built-in ones and these.
    pub(super) fn with(custom: impl IntoIterator<Item = Resource>) -> Self {
        let mut resources = Self::builtin();
        resources.rows.extend(custom.into_iter().map(Arc::new));
        resources
    }

    pub(super) fn find(&self, group: &str, version: &str, plural: &str) -> Option<Arc<Resource>> {
        self.rows.iter().find(|row| row.is(group, plural) && row.version == version).cloned()
    }

    pub(super) fn of_kind(&self, api_version: &str, kind: &str) -> Option<Arc<Resource>> {
        let (group, version) = split_api_version(api_version);
        self.rows.iter().find(|row| row.kind == kind && row.group == group && row.version == version).cloned()
    }

    pub(super) fn has_group(&self, group: &str) -> bool {
        self.rows.iter().any(|row| row.group == group)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.rows.iter()
    }
}

/// `apps/v1` is group `apps`; `v1` is the core group.
pub(super) fn split_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

fn read(table: &str) -> Vec<Arc<Resource>> {
    let mut rows: Vec<Resource> = Vec::new();
    for line in table.lines() {
        let columns: Vec<&str> = line.split(' ').collect();
        let [api_version, path, singular, kind, scope, verbs, short_names, categories, behaviour] =
            columns[..]
        else {
            unreachable!("the table has nine columns, which a test asserts: {line}");
        };
        let list = |column: &str| -> Vec<String> {
            column.split(',').filter(|word| *word != "-").map(ToOwned::to_owned).collect()
        };
        if let (Some((_, name)), Some(row)) = (path.split_once('/'), rows.last_mut()) {
            let (kind, api_version) = kind.split_once(':').unwrap_or((kind, api_version));
            row.subresources.push(Subresource {
                name: name.into(),
                api_version: api_version.into(),
                kind: kind.into(),
                verbs: list(verbs),
            });
            continue;
        }
        let (group, version) = split_api_version(api_version);
        let behaves = |word: &str| behaviour.split(',').any(|behaviour| behaviour == word);
        rows.push(Resource {
            group: group.into(),
            version: version.into(),
            plural: path.into(),
            singular: singular.into(),
            kind: kind.into(),
            namespaced: scope == "namespaced",
            verbs: list(verbs),
            short_names: list(short_names),
            categories: list(categories),
            subresources: Vec::new(),
            generation: behaves("generation"),
            echo: behaves("echo"),
            conditional: behaves("conditional"),
            upsert: behaves("upsert"),
            custom: None,
        });
    }
    rows.into_iter().map(Arc::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_has_its_nine_columns() {
        for line in include_str!("resources/builtin.txt").lines() {
            assert_eq!(line.split(' ').count(), 9, "{line}");
        }
    }

    #[test]
    fn the_table_knows_pods_with_their_subresources() {
        let resources = Resources::builtin();
        let pods = resources.find("", "v1", "pods").expect("pods are built in");
        assert_eq!((pods.kind.as_str(), pods.namespaced, pods.generation), ("Pod", true, true));
        assert_eq!(pods.short_names, ["po"]);
        assert!(pods.has_status() && pods.subresource("eviction").is_some());
        let scale = resources.find("apps", "v1", "deployments").expect("built in");
        let scale = scale.subresource("scale").expect("a deployment can be scaled");
        assert_eq!((scale.kind.as_str(), scale.api_version.as_str()), ("Scale", "autoscaling/v1"));
        assert!(resources.find("", "v1", "deployments").is_none());
    }
}
