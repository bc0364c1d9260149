//! What a request asks for: verb, resource, namespace, name and subresource, from its method and path.

use std::{borrow::Cow, sync::Arc};

use http::{HeaderMap, Method, header};

use super::{
    apply::manager_of,
    resources::{Resource, Resources},
    status::Status,
};
use crate::ObjectKey;

/// The verbs of Kubernetes, as RBAC and audit logs name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Verb {
    Get,
    List,
    Watch,
    Create,
    Update,
    Patch,
    Delete,
    DeleteCollection,
}

impl Verb {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::DeleteCollection => "deletecollection",
        }
    }
}

impl Verb {
    /// Whether nothing changes by it.
    pub(super) fn reads(self) -> bool {
        matches!(self, Self::Get | Self::List | Self::Watch)
    }
}

/// The path, cut at its words; nothing is known yet of what it names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) namespace: Option<String>,
    pub(super) plural: String,
    pub(super) name: Option<String>,
    pub(super) subresource: Option<String>,
}

impl Path {
    /// The path below `/api/v1/` or `/apis/group/version/`; `None` where it is another one or ends before a resource.
    pub(super) fn read(path: &str) -> Option<Self> {
        let mut words: Vec<Cow<'_, str>> = path.split('/').skip(1).map(decode).collect();
        if words.last().is_some_and(|word| word.is_empty()) {
            words.pop();
        }
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        let (group, version, rest) = match words[..] {
            ["api", version, ref rest @ ..] => ("", version, rest),
            ["apis", group, version, ref rest @ ..] => (group, version, rest),
            _ => return None,
        };
        let (namespace, rest) = match *rest {
            ["namespaces", namespace, ref rest @ ..]
                if !(rest.is_empty() || group.is_empty() && matches!(rest, ["status" | "finalize"])) =>
            {
                (Some(namespace), rest)
            }
            _ => (None, rest),
        };
        let [plural, ref rest @ ..] = *rest else { return None };
        let some = |word: Option<&&str>| word.map(|word| (*word).to_owned());
        Some(Self {
            group: group.into(),
            version: version.into(),
            namespace: namespace.map(ToOwned::to_owned),
            plural: plural.into(),
            name: some(rest.first()),
            subresource: (rest.len() > 1).then(|| rest[1..].join("/")),
        })
    }
}

/// The words of a query, decoded, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn read(query: Option<&str>) -> Self {
        let words = query.unwrap_or_default().split('&').filter(|word| !word.is_empty());
        let pairs = words.map(|word| word.split_once('=').unwrap_or((word, "")));
        let plain = |text: &str| decode(&text.replace('+', " ")).into_owned();
        Self(pairs.map(|(name, value)| (plain(name), plain(value))).collect())
    }

    /// The value of `name`; an empty one counts as none.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// Whether `name` is set to anything but `0` and `false`.
    pub(super) fn is_set(&self, name: &str) -> bool {
        let value = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.is_some_and(|value| value != "0" && !value.eq_ignore_ascii_case("false"))
    }

    /// The number that `name` is set to.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Status> {
        let number = |text: &str| {
            let wrong = || format!("strconv.ParseInt: parsing \"{text}\": invalid syntax");
            let number: i64 = text.parse().map_err(|_| Status::bad_request(wrong()))?;
            Ok(u64::try_from(number).unwrap_or(0))
        };
        self.get(name).map(number).transpose()
    }
}

/// `%2F` is `/`; what is no escape stays as it is.
fn decode(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

/// A request for a resource that there is, by a verb that it has.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) verb: Verb,
    pub(super) resource: Arc<Resource>,
    pub(super) namespace: Option<String>,
    pub(super) name: Option<String>,
    pub(super) subresource: Option<String>,
    pub(super) query: Query,
    pub(super) content_type: String,
    /// The controller under test whose retriever asks.
    pub(super) reader: Option<Reader>,
    /// Who asks, where the query does not say.
    agent: String,
}

/// The retriever of a controller under test, so that its watches can be told from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reader(pub(super) u64);

impl Request {
    /// Finds what is asked for.
    pub(super) fn resolve(
        resources: &Resources,
        method: &Method,
        path: Path,
        query: Query,
        headers: &HeaderMap,
    ) -> Result<Self, Status> {
        // Custom resources are served by another part of a server, which tells less.
        let unknown = || {
            let custom = resources.iter().any(|row| row.group == path.group && row.custom.is_some());
            if custom { Status::no_page() } else { Status::unknown_resource() }
        };
        let resource = resources
            .find(&path.group, &path.version, &path.plural)
            .filter(|resource| resource.namespaced || path.namespace.is_none())
            .ok_or_else(unknown)?;
        let namespace_missing = resource.namespaced && path.namespace.is_none();
        let verb = verb(method, &path, &query);
        let known = match &path.subresource {
            Some(name) if resource.custom.is_some() && resource.subresource(name).is_none() => {
                return Err(Status::not_found(&resource, path.name.as_deref().unwrap_or_default()));
            }
            Some(name) => {
                &resource
                    .subresource(name)
                    .filter(|_| !namespace_missing)
                    .ok_or_else(Status::unknown_resource)?
                    .verbs
            }
            // An object of a namespace has no path without it.
            None if namespace_missing && path.name.is_some() => return Err(Status::unknown_resource()),
            None => &resource.verbs,
        };
        let across = !namespace_missing || matches!(verb, Some(Verb::List | Verb::Watch));
        let verb = verb
            .filter(|verb| across && known.iter().any(|known| known == verb.as_str()))
            .ok_or_else(Status::method_not_allowed)?;
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        Ok(Self {
            verb,
            resource,
            namespace: path.namespace,
            name: path.name,
            subresource: path.subresource,
            query,
            content_type: content_type.into(),
            reader: None,
            agent: manager_of(headers),
        })
    }

    /// A deletion that the server asks of itself.
    pub(super) fn internal(resource: Arc<Resource>, namespace: Option<&str>, name: &str) -> Self {
        Self {
            verb: Verb::Delete,
            resource,
            namespace: namespace.map(ToOwned::to_owned),
            name: Some(name.into()),
            subresource: None,
            query: Query::default(),
            content_type: String::new(),
            reader: None,
            agent: String::new(),
        }
    }

    /// The key of the object called `name`.
    pub(super) fn key(&self, name: &str) -> ObjectKey {
        ObjectKey::new(self.namespace.as_deref(), name)
    }

    /// The name in the path; empty where the request is about a collection.
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// Who the written fields are of.
    pub(super) fn manager(&self) -> &str {
        self.query.get("fieldManager").unwrap_or(&self.agent)
    }

    /// Whether it is a server-side apply.
    pub(super) fn applies(&self) -> bool {
        self.content_type == "application/apply-patch+yaml"
    }

    pub(super) fn is_dry_run(&self) -> bool {
        self.query.get("dryRun").is_some()
    }
}

/// The verb of a request, before it is known whether the resource has it.
pub(super) fn verb(method: &Method, path: &Path, query: &Query) -> Option<Verb> {
    Some(match (method.as_str(), path.name.is_some()) {
        ("GET" | "HEAD", true) => Verb::Get,
        ("GET" | "HEAD", false) if query.is_set("watch") => Verb::Watch,
        ("GET" | "HEAD", false) => Verb::List,
        ("POST", named) if named == path.subresource.is_some() => Verb::Create,
        ("PUT", true) => Verb::Update,
        ("PATCH", true) => Verb::Patch,
        ("DELETE", true) => Verb::Delete,
        ("DELETE", false) => Verb::DeleteCollection,
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn path(path: &str) -> Path {
        Path::read(path).unwrap_or_else(|| panic!("{path} names a resource"))
    }

    #[test]
    fn paths_of_every_shape_are_read() {
        let pod = path("/api/v1/namespaces/default/pods/web");
        assert_eq!((pod.namespace.as_deref(), pod.plural.as_str()), (Some("default"), "pods"));
        assert_eq!((pod.name.as_deref(), pod.subresource), (Some("web"), None));
        let status = path("/apis/apps/v1/namespaces/a/deployments/web/status");
        assert_eq!((status.group.as_str(), status.subresource.as_deref()), ("apps", Some("status")));
        let namespace = path("/api/v1/namespaces/default");
        assert_eq!((namespace.namespace, namespace.plural.as_str()), (None, "namespaces"));
        let finalize = path("/api/v1/namespaces/default/finalize");
        assert_eq!((finalize.namespace, finalize.subresource.as_deref()), (None, Some("finalize")));
        assert_eq!(path("/api/v1/pods").name, None);
        assert_eq!(Path::read("/api/v1"), None);
        assert_eq!(Path::read("/healthz"), None);
    }

    #[test]
    fn a_query_is_decoded_and_its_flags_are_those_of_go() {
        let query = Query::read(Some("labelSelector=a%3Db%2Cc+in+%28d%29&watch=1&limit=5&empty="));
        assert_eq!(query.get("labelSelector"), Some("a=b,c in (d)"));
        assert!(query.is_set("watch") && !query.is_set("allowWatchBookmarks"));
        assert!(!Query::read(Some("watch=False")).is_set("watch"));
        assert_eq!(query.number("limit"), Ok(Some(5)));
        assert_eq!(query.get("empty"), None);
        let error = Query::read(Some("limit=ab")).number("limit").unwrap_err();
        assert_eq!(error.message, "strconv.ParseInt: parsing \"ab\": invalid syntax");
    }

    #[test]
    fn unknown_resources_and_verbs_are_told_apart() {
        let resources = Resources::builtin();
        let resolve = |method: Method, asked: &str| {
            let query = Query::default();
            Request::resolve(&resources, &method, path(asked), query, &HeaderMap::new())
                .map(|request| request.verb.as_str())
                .map_err(|status| status.code)
        };
        assert_eq!(resolve(Method::GET, "/api/v1/pods"), Ok("list"));
        assert_eq!(resolve(Method::GET, "/api/v1/pods/x"), Err(404));
        assert_eq!(resolve(Method::POST, "/api/v1/pods"), Err(405));
        assert_eq!(resolve(Method::POST, "/api/v1/namespaces/default/pods/x"), Err(405));
        assert_eq!(resolve(Method::POST, "/api/v1/namespaces/default/pods/x/binding"), Ok("create"));
        assert_eq!(resolve(Method::PUT, "/api/v1/namespaces/default/pods"), Err(405));
        assert_eq!(resolve(Method::GET, "/api/v1/nopes"), Err(404));
        assert_eq!(resolve(Method::GET, "/api/v1/namespaces/default/nodes"), Err(404));
        assert_eq!(resolve(Method::GET, "/apis/apps/v2/deployments"), Err(404));
    }
}
