//! Field selectors: equality of the few fields that each resource offers.

use serde_json::Value;

use crate::testing::{resources::Resource, store::Object};

/// Requirements that must all hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Fields(Vec<Requirement>);

#[derive(Debug, Clone, PartialEq)]
struct Requirement {
    path: String,
    value: String,
    equal: bool,
}

impl Fields {
    pub(super) fn parse(text: &str, resource: &Resource) -> Result<Self, String> {
        let terms = split(text);
        let requirements = terms.iter().filter(|term| !term.is_empty()).map(|term| {
            let requirement = Requirement::parse(term)
                .ok_or_else(|| format!("invalid selector: '{text}'; can't understand '{term}'"))?;
            if offers(resource, &requirement.path) {
                Ok(requirement)
            } else {
                Err(unknown(resource, &requirement.path))
            }
        });
        requirements.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn require_name(&mut self, name: &str) {
        self.0.push(Requirement { path: "metadata.name".into(), value: name.into(), equal: true });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn matches(&self, object: &Object) -> bool {
        let mut document = None;
        self.0.iter().all(|requirement| {
            let found = match requirement.path.as_str() {
                "metadata.name" => object.key.name().to_owned(),
                "metadata.namespace" => object.key.namespace().unwrap_or_default().to_owned(),
                path => {
                    let document = document.get_or_insert_with(|| object.document());
                    field(document.get(&path.replace('.', "/")), path)
                }
            };
            (found == requirement.value) == requirement.equal
        })
    }
}

impl Requirement {
    fn parse(term: &str) -> Option<Self> {
        let at = term.find('=')?;
        let (path, equal) = term[..at].strip_suffix('!').map_or((&term[..at], true), |path| (path, false));
        let value = &term[at + 1..];
        let value = if equal { value.strip_prefix('=').unwrap_or(value) } else { value };
        let value = value.replace("\\,", ",").replace("\\=", "=").replace("\\\\", "\\");
        Some(Self { path: path.into(), value, equal })
    }
}

/// The terms between the commas that no backslash stands before.
fn split(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in text.char_indices() {
        if c == ',' && !escaped {
            terms.push(&text[start..at]);
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    terms.push(&text[start..]);
    terms
}

/// The value of a field as selectors compare it: numbers and booleans as text, what is not set as its zero.
fn field(value: Option<&Value>, path: &str) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(flag)) => flag.to_string(),
        Some(Value::Number(number)) => number.to_string(),
        _ if matches!(path, "spec.unschedulable" | "spec.hostNetwork") => "false".into(),
        _ if matches!(path, "status.replicas" | "status.successful") => "0".into(),
        _ => String::new(),
    }
}

fn offers(resource: &Resource, path: &str) -> bool {
    path == "metadata.name"
        || (path == "metadata.namespace" && !is_strict(resource))
        || offered(resource).contains(&path)
}

/// Whether a resource of the cluster has no namespace to choose by.
fn is_strict(resource: &Resource) -> bool {
    !resource.namespaced && !offered(resource).is_empty()
}

/// The fields that a resource offers beside its name and namespace.
fn offered(resource: &Resource) -> &'static [&'static str] {
    match (resource.group.as_str(), resource.plural.as_str()) {
        ("", "pods") => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        ("", "events") => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        ("", "namespaces") => &["status.phase"],
        ("", "nodes") => &["spec.unschedulable"],
        ("", "replicationcontrollers") | ("apps", "replicasets") => &["status.replicas"],
        ("", "secrets") => &["type"],
        ("", "services") => &["spec.clusterIP", "spec.type"],
        ("batch", "jobs") => &["status.successful"],
        ("certificates.k8s.io", "certificatesigningrequests") => &["spec.signerName"],
        _ => &[],
    }
}

fn unknown(resource: &Resource, path: &str) -> String {
    if resource.is("batch", "jobs") {
        return format!("field label \"{path}\" not supported for Job");
    }
    if resource.custom.is_some() || resource.group.is_empty() && !offered(resource).is_empty() {
        return format!("field label not supported: {path}");
    }
    let known =
        if resource.namespaced { "\"metadata.name\", \"metadata.namespace\"" } else { "\"metadata.name\"" };
    format!("\"{path}\" is not a known field selector: only {known}")
}
