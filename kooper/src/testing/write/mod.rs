//! Writes: what becomes of an object that a client sends.

mod apply;
mod create;
mod delete;
mod options;
mod pods;
mod update;

use bytes::Bytes;
use serde_json::Value;

use super::namespaces::finish as finish_namespace;
use super::{
    cluster::Api,
    decode::Decoder,
    document::Document,
    json,
    request::Request,
    resources::{Resource, split_api_version},
    schema::Schema,
    status::Status,
};
pub(super) use create::create;
pub(super) use delete::{Deleted, Options, delete, delete_collection, remove};
use options::Unknown;
pub(super) use pods::create as create_part;
pub(super) use update::{patch, update};

const MEDIA_TYPES: &str = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

/// The object in the body, which must be of the kind that the path names, as its type reads it.
fn read(api: &Api, request: &Request, body: &Bytes, unknown: Unknown) -> Result<Document, Status> {
    if !matches!(request.content_type.as_str(), "application/json" | "") {
        return Err(Status::unsupported_media_type(MEDIA_TYPES));
    }
    let resource = &request.resource;
    let (kind, api_version) = match request.subresource.as_deref().and_then(|name| resource.subresource(name))
    {
        Some(subresource) => (subresource.kind.clone(), subresource.api_version.clone()),
        None => (resource.kind.clone(), resource.api_version()),
    };
    let unrecognized = |why: String| {
        let shown = json::summary(body);
        Status::bad_request(format!(
            "the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: \
             {why} ({shown})"
        ))
    };
    let mut document = match json::parse(body).map_err(unrecognized)? {
        Value::Object(fields) => Document(fields),
        other => {
            let what = match other {
                Value::Array(_) => "array",
                Value::String(_) => "string",
                Value::Bool(_) => "bool",
                _ => "number",
            };
            return Err(unrecognized(format!(
                "json: cannot unmarshal {what} into Go value of type struct {{ APIVersion string \
                 \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}"
            )));
        }
    };
    for (field, wanted) in [("kind", &kind), ("apiVersion", &api_version)] {
        if document.text(field).is_empty() {
            document.0.insert(field.into(), wanted.as_str().into());
        }
    }
    if document.text("kind") != kind || document.text("apiVersion") != api_version {
        return Err(other_kind(api, resource, &document));
    }
    let (document, strange) =
        typed(document, true).map_err(|why| undecodable(&document_kind(&api_version, &kind), &why))?;
    if unknown == Unknown::Refuse && !strange.is_empty() {
        let why = format!("strict decoding error: {}", strange.join(", "));
        return Err(undecodable(&document_kind(&api_version, &kind), &why));
    }
    Ok(document)
}

/// A review in a body; it is answered and not stored.
pub(super) fn read_review(api: &Api, request: &Request, body: &Bytes) -> Result<Document, Status> {
    options::check(request)?;
    read(api, request, body, Unknown::Ignore)
}

/// `("Pod", "v1")`.
fn document_kind(api_version: &str, kind: &str) -> (String, String) {
    (kind.to_owned(), split_api_version(api_version).1.to_owned())
}

fn undecodable((kind, version): &(String, String), why: &str) -> Status {
    Status::bad_request(format!("{kind} in version \"{version}\" cannot be handled as a {kind}: {why}"))
}

/// The object as its type reads and writes it, and its fields that the type has not. A kind with no type is left as it is.
fn typed(mut document: Document, defaults: bool) -> Result<(Document, Vec<String>), String> {
    if document.get("metadata/managedFields").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        // Asks that nobody own anything; the type would leave it out.
        document.set_meta("managedFields", serde_json::json!([{}]));
    }
    let Some(of) = Schema::builtin().of_kind(document.text("apiVersion"), document.text("kind")) else {
        return typed_metadata(document);
    };
    let mut decoder = Decoder::new(defaults);
    let mut fields = decoder.object(of, document.0)?;
    if defaults {
        super::defaults::complete(of.id(), &mut fields);
    }
    Ok((Document(fields), decoder.unknown))
}

/// A custom resource has a type for its metadata only.
fn typed_metadata(mut document: Document) -> Result<(Document, Vec<String>), String> {
    let Some(Value::Object(metadata)) = document.0.remove("metadata") else {
        return Ok((document, Vec::new()));
    };
    let of = Schema::builtin().get("meta/v1.ObjectMeta").expect("it is in the table");
    let mut decoder = Decoder::new(false);
    let metadata = decoder.object(of, metadata)?;
    document.0.insert("metadata".into(), Value::Object(metadata));
    Ok((document, decoder.unknown))
}

/// Drops what the schema of a custom resource has not, and sets its defaults.
fn settle(resource: &Resource, document: &mut Document) {
    if let Some(custom) = &resource.custom {
        custom.settle(&mut document.0);
    }
}

/// Brings an object into the form in which its kind is stored.
fn to_stored(resource: &Resource, document: &mut Document) {
    super::convert::event(document, "v1");
    if let Some(custom) = &resource.custom {
        document.0.insert("apiVersion".into(), custom.stored_as.as_str().into());
    }
}

/// The body holds an object of another kind than the path.
fn other_kind(api: &Api, resource: &Resource, document: &Document) -> Status {
    let (sent, sent_version) = (document.text("kind"), document.text("apiVersion"));
    let version = split_api_version(sent_version).1;
    let internal = |group: &str| match group.split('.').next() {
        None | Some("") => "core".to_owned(),
        Some(first) => first.to_owned(),
    };
    let why = if api.resources().of_kind(sent_version, sent).is_some() {
        let (to, kind) = (internal(&resource.group), &resource.kind);
        format!("converting ({version}.{sent}) to ({to}.{kind}): unknown conversion")
    } else {
        format!(
            "no kind \"{sent}\" is registered for version \"{sent_version}\" in scheme \"pkg/runtime/scheme.go:111\""
        )
    };
    let kind = &resource.kind;
    Status::bad_request(format!("{sent} in version \"{version}\" cannot be handled as a {kind}: {why}"))
}

/// Checks the namespace in the body against the one in the path, and takes the path's where the body has none.
fn settle_namespace(document: &mut Document, request: &Request) -> Result<(), Status> {
    let wanted = request.namespace.as_deref().unwrap_or_default();
    let found = document.meta("namespace");
    if !found.is_empty() && found != wanted {
        return Err(Status::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    if wanted.is_empty() {
        document.clear_meta("namespace");
    } else {
        document.set_meta("namespace", wanted);
    }
    Ok(())
}
