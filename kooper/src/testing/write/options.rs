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
    let manager = request.query.get("fieldManager").unwrap_or_default();
    if manager.len() > 128 {
        causes.push(Cause::too_long("fieldManager", 128));
    }
    if let Some(at) = manager.chars().position(char::is_control) {
        let why =
            format!("invalid character {:?} (at position {at})", manager.chars().nth(at).unwrap_or(' '));
        causes.push(Cause::invalid(
            "fieldManager",
            &format!("{manager:?}"),
            &format!("should only contain printable characters: {why}"),
        ));
    }
    if request.verb == Verb::Patch && request.applies() {
        if manager.is_empty() {
            causes.push(Cause::required("fieldManager", "is required for apply patch"));
        }
    } else if request.verb == Verb::Patch && request.query.get("force").is_some() {
        causes.push(Cause::forbidden("force", "may not be specified for non-apply patch"));
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
