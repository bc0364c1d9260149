//! Conflicts: others own what an apply says otherwise.

use super::{managers::Manager, set::Set};
use crate::testing::status::Status;

/// Why an apply was refused.
pub(super) enum Refusal {
    Conflicts(Vec<(Manager, Set)>),
    Status(Box<Status>),
}

/// Others own what an apply says otherwise.
pub(super) fn conflict(conflicts: &[(Manager, Set)]) -> Status {
    let all = conflicts.iter().flat_map(|(manager, set)| {
        set.paths().into_iter().map(move |path| (format!("conflict with {manager}"), path))
    });
    let causes: Vec<(String, String)> = all.collect();
    let told = match &causes[..] {
        [(with, path)] => format!("Apply failed with 1 conflict: {with}: {path}"),
        more => {
            let lines = conflicts.iter().flat_map(|(manager, set)| {
                let paths = set.paths().into_iter().map(|path| format!("- {path}"));
                std::iter::once(format!("conflicts with {manager}:")).chain(paths)
            });
            let lines: Vec<String> = lines.collect();
            format!("Apply failed with {} conflicts: {}", more.len(), lines.join("\n"))
        }
    };
    Status::apply_conflict(told, causes)
}
