//! Fields that nobody comes to own.

use std::sync::LazyLock;

use super::set::Set;
use crate::testing::resources::Resource;

/// Metadata that nobody owns.
pub(super) static STRIPPED: LazyLock<Set> = LazyLock::new(|| {
    let mut set = Set::default();
    for field in ["apiVersion", "kind", "metadata"] {
        set.add(&[field]);
    }
    for field in [
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "clusterName",
        "generation",
        "managedFields",
        "resourceVersion",
    ] {
        set.add(&["metadata", field]);
    }
    set
});

/// Fields that a write to this part of an object leaves as they are, so that nobody owns them by it.
pub(super) fn reset(resource: &Resource, subresource: &str) -> Set {
    let mut set = Set::default();
    if !resource.has_status() {
        return set;
    }
    match subresource {
        "status" => {
            set.add(&["spec"]);
            if resource.custom.is_some() {
                set.add(&["metadata"]);
            } else if resource.is("", "pods") {
                set.add(&["metadata", "deletionTimestamp"]);
                set.add(&["metadata", "ownerReferences"]);
            } else if resource.is("apps", "deployments") {
                set.add(&["metadata", "labels"]);
            }
        }
        _ => set.add(&["status"]),
    }
    set
}
