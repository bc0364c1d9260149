//! The options that a write brings in its query.

use crate::testing::{
    request::{Request, Verb},
    status::{Cause, Status},
};

/// What to do with a field that no type has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    Ignore,
    Refuse,
}

/// Checks the options of a write; says what to do with unknown fields.
pub(super) fn check(request: &Request) -> Result<Unknown, Status> {
    let mut causes = Vec::new();
    if let Some(value) = request.query.get("dryRun").filter(|value| *value != "All") {
        causes.push(Cause::unsupported_list("dryRun", value, &["All"]));
    }
    let validation = request.query.get("fieldValidation").unwrap_or_default();
    if !matches!(validation, "" | "Ignore" | "Strict" | "Warn") {
        causes.push(Cause::unsupported("fieldValidation", validation, &["", "Ignore", "Strict", "Warn"]));
    }
    if !causes.is_empty() {
        let kind = match request.verb {
            Verb::Create => "CreateOptions",
            Verb::Update => "UpdateOptions",
            Verb::Patch => "PatchOptions",
            _ => "DeleteOptions",
        };
        return Err(Status::invalid("meta.k8s.io", kind, "", causes));
    }
    Ok(if validation == "Strict" { Unknown::Refuse } else { Unknown::Ignore })
}
