//! Failures as the server tells them: an HTTP status code and a `Status` object.

use serde_json::{Map, Value, json};

use super::resources::Resource;

/// A refused request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Status {
    pub(super) code: u16,
    pub(super) reason: &'static str,
    pub(super) message: String,
    details: Option<Map<String, Value>>,
    /// What the header `Retry-After` says, in seconds.
    pub(super) retry_after: Option<u64>,
}

/// One thing that is wrong with an object, as a 422 lists them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cause {
    reason: &'static str,
    message: String,
    field: String,
}

impl Cause {
    /// A field that must be there.
    pub(super) fn required(field: impl Into<String>, why: &str) -> Self {
        let message = if why.is_empty() { "Required value".into() } else { format!("Required value: {why}") };
        Self { reason: "FieldValueRequired", message, field: field.into() }
    }

    /// A value that can't be; `value` is written as the server writes it, quoted where it is a string.
    pub(super) fn invalid(field: impl Into<String>, value: &str, why: &str) -> Self {
        let message = format!("Invalid value: {value}: {why}");
        Self { reason: "FieldValueInvalid", message, field: field.into() }
    }

    /// A value that is none of the known ones.
    pub(super) fn unsupported(field: impl Into<String>, value: &str, known: &[&str]) -> Self {
        let known: Vec<String> = known.iter().map(|known| format!("\"{known}\"")).collect();
        let message = format!("Unsupported value: \"{value}\": supported values: {}", known.join(", "));
        Self { reason: "FieldValueNotSupported", message, field: field.into() }
    }

    /// The same, of a field that is a list.
    pub(super) fn unsupported_list(field: impl Into<String>, value: &str, known: &[&str]) -> Self {
        let mut cause = Self::unsupported(field, value, known);
        cause.message = cause.message.replacen(&format!("\"{value}\""), &format!("[\"{value}\"]"), 1);
        cause
    }

    /// A text that is longer than it may be.
    pub(super) fn too_long(field: impl Into<String>, most: usize) -> Self {
        let message = format!("Too long: may not be more than {most} bytes");
        Self { reason: "FieldValueTooLong", message, field: field.into() }
    }

    /// A value that must not be set here.
    pub(super) fn forbidden(field: impl Into<String>, why: &str) -> Self {
        Self { reason: "FieldValueForbidden", message: format!("Forbidden: {why}"), field: field.into() }
    }
}

impl Status {
    pub(super) fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: None, retry_after: None }
    }

    fn with_details(mut self, details: Value) -> Self {
        self.details = match details {
            Value::Object(details) => Some(details),
            _ => None,
        };
        self
    }

    fn about(self, resource: &Resource, name: &str) -> Self {
        let mut details = json!({ "name": name, "kind": resource.plural });
        if !resource.group.is_empty() {
            details["group"] = resource.group.as_str().into();
        }
        self.with_details(details)
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// A path below `/api` or `/apis` that names no resource.
    pub(super) fn unknown_resource() -> Self {
        Self::new(404, "NotFound", "the server could not find the requested resource").with_details(json!({}))
    }

    pub(super) fn not_found(resource: &Resource, name: &str) -> Self {
        Self::new(404, "NotFound", format!("{} \"{name}\" not found", resource.qualified()))
            .about(resource, name)
    }

    pub(super) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::new(405, "MethodNotAllowed", message).with_details(json!({}))
    }

    pub(super) fn already_exists(resource: &Resource, name: &str) -> Self {
        let message = format!("{} \"{name}\" already exists", resource.qualified());
        Self::new(409, "AlreadyExists", message).about(resource, name)
    }

    /// The object is not in the state that the request takes for granted.
    pub(super) fn conflict(resource: &Resource, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {} \"{name}\": {why}", resource.qualified());
        Self::new(409, "Conflict", message).about(resource, name)
    }

    /// The same, of a part such as `binding`.
    pub(super) fn part_conflict(resource: &Resource, part: &str, name: &str, why: &str) -> Self {
        let whole = format!("{}/{part}", resource.plural);
        let message = format!("Operation cannot be fulfilled on {whole} \"{name}\": {why}");
        Self::new(409, "Conflict", message).with_details(json!({ "name": name, "kind": whole }))
    }

    /// The `resourceVersion` of the request is not that of the object.
    pub(super) fn outdated(resource: &Resource, name: &str) -> Self {
        let why =
            "the object has been modified; please apply your changes to the latest version and try again";
        Self::conflict(resource, name, why)
    }

    /// Others own fields that an apply would change: each cause is a message and a path.
    pub(super) fn apply_conflict(message: String, causes: Vec<(String, String)>) -> Self {
        let causes = causes.into_iter().map(|(message, field)| {
            json!({ "reason": "FieldManagerConflict", "message": message, "field": field })
        });
        Self::new(409, "Conflict", message).with_details(json!({ "causes": causes.collect::<Vec<_>>() }))
    }

    /// An object that is to be created brings the uid of another.
    pub(super) fn missing_uid(resource: &Resource, name: &str, uid: &str) -> Self {
        let why = format!(
            "uid mismatch: the provided object specified uid {uid}, and no existing object was found"
        );
        Self::conflict(resource, name, &why)
    }

    pub(super) fn forbidden(resource: &Resource, name: &str, why: &str) -> Self {
        let message = format!("{} \"{name}\" is forbidden: {why}", resource.qualified());
        Self::new(403, "Forbidden", message).about(resource, name)
    }

    /// The version is older than what is kept.
    pub(super) fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    pub(super) fn unsupported_media_type(accepted: &str) -> Self {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: {accepted}"
        );
        Self::new(415, "UnsupportedMediaType", message)
    }

    /// A custom resource that has no replicas where its definition says.
    pub(super) fn missing_replicas(path: &str) -> Self {
        let why = format!("the spec replicas field \"{path}\" does not exist");
        Self::new(500, "InternalError", format!("Internal error occurred: {why}"))
            .with_details(json!({ "causes": [{ "message": why }] }))
    }

    /// A path that nobody serves.
    pub(super) fn no_page() -> Self {
        Self::new(404, "", "404 page not found\n")
    }

    /// Whether it is told as plain text.
    pub(super) fn is_plain(&self) -> bool {
        self.code == 404 && self.reason.is_empty()
    }

    /// A patch of a kind that the resource does not take.
    pub(super) fn patch_media_type() -> Self {
        Self::new(415, "UnsupportedMediaType", "415: Unsupported Media Type").with_details(json!({}))
    }

    /// A patch that can't be applied to the object.
    pub(super) fn patch_failed() -> Self {
        let message = "the server rejected our request due to an error in our request";
        Self::new(422, "Invalid", message).with_details(json!({}))
    }

    /// Nothing new comes into a namespace that goes.
    pub(super) fn terminating(resource: &Resource, name: &str, namespace: &str) -> Self {
        let why =
            format!("unable to create new content in namespace {namespace} because it is being terminated");
        let mut status = Self::forbidden(resource, name, &why);
        let cause = json!({
            "reason": "NamespaceTerminating",
            "message": format!("namespace {namespace} is being terminated"),
            "field": "metadata.namespace",
        });
        status.details.get_or_insert_default().insert("causes".into(), json!([cause]));
        status
    }

    pub(super) fn not_acceptable() -> Self {
        let message = "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, \
            application/vnd.kubernetes.protobuf";
        Self::new(406, "NotAcceptable", message).with_details(json!({}))
    }

    /// The object is not the one that a deletion is meant for.
    pub(super) fn other_object(resource: &Resource, name: &str, why: &str) -> Self {
        let kind = &resource.kind;
        let message = format!("Operation cannot be fulfilled on {kind} \"{name}\": {why}");
        let mut details = json!({ "name": name, "kind": kind });
        if !resource.group.is_empty() {
            details["group"] = resource.group.as_str().into();
        }
        Self::new(409, "Conflict", message).with_details(details)
    }

    /// An object, or the options of a request, that breaks the rules.
    pub(super) fn invalid(group: &str, kind: &str, name: &str, causes: Vec<Cause>) -> Self {
        let mut told: Vec<String> =
            causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
        let told = if told.len() == 1 { told.remove(0) } else { format!("[{}]", told.join(", ")) };
        let qualified = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        let causes: Vec<Value> = causes
            .into_iter()
            .map(|cause| json!({ "reason": cause.reason, "message": cause.message, "field": cause.field }))
            .collect();
        let mut details = json!({ "causes": causes });
        for (field, value) in [("group", group), ("kind", kind), ("name", name)] {
            if !value.is_empty() {
                details[field] = value.into();
            }
        }
        Self::new(422, "Invalid", format!("{qualified} \"{name}\" is invalid: {told}")).with_details(details)
    }

    /// A version that the server has not reached.
    pub(super) fn too_large_version(asked: u64, current: u64) -> Self {
        let message = format!("Too large resource version: {asked}, current: {current}");
        let details = json!({
            "causes": [{ "reason": "ResourceVersionTooLarge", "message": "Too large resource version" }],
            "retryAfterSeconds": 1,
        });
        let mut status = Self::new(504, "Timeout", format!("Timeout: {message}")).with_details(details);
        status.retry_after = Some(1);
        status
    }

    /// What a server, or what stands before it, says with this code and nothing else; for faults.
    pub(super) fn of_code(code: u16) -> Self {
        let (reason, message) = match code {
            400 => ("BadRequest", "the server rejected our request for an unknown reason"),
            401 => ("Unauthorized", "Unauthorized"),
            403 => ("Forbidden", "forbidden: User \"kooper\" is not allowed to do this"),
            404 => ("NotFound", "the server could not find the requested resource"),
            409 => ("Conflict", "the server reported a conflict"),
            410 => ("Expired", "The resourceVersion for the provided watch is too old."),
            429 => ("TooManyRequests", "Too many requests, please try again later."),
            500 => ("InternalError", "Internal error occurred: injected"),
            503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
            504 => ("Timeout", "Timeout: request did not complete within requested timeout"),
            _ => ("", "injected"),
        };
        Self::new(code, reason, message)
    }

    /// The object that is sent.
    pub(super) fn to_value(&self) -> Value {
        let mut value = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "code": self.code,
        });
        if !self.reason.is_empty() {
            value["reason"] = self.reason.into();
        }
        if let Some(details) = &self.details {
            value["details"] = Value::Object(details.clone());
        }
        value
    }
}

/// What a server answers where it did what was asked and has no object to send.
pub(super) fn success(resource: &Resource, name: &str, uid: &str) -> Value {
    let mut details = json!({ "name": name, "kind": resource.plural, "uid": uid });
    if !resource.group.is_empty() {
        details["group"] = resource.group.as_str().into();
    }
    json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details })
}
