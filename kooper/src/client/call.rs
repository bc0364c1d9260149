//! What a request asks of the API server, in the words of its own logs: verb, resource, namespace, name.

use http::Method;

/// The parts of a request to the API server. What is not about a resource (`/version`, `/readyz`) has a verb alone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Call<'a> {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub(super) verb: &'static str,
    pub(super) group: &'a str,
    /// The plural: `pods`.
    pub(super) resource: Option<&'a str>,
    pub(super) subresource: Option<&'a str>,
    pub(super) namespace: Option<&'a str>,
    pub(super) name: Option<&'a str>,
}

impl<'a> Call<'a> {
    /// Reads `/api/v1/…` and `/apis/GROUP/VERSION/…`, by the rules of apiserver's `RequestInfoFactory`. `path` may stand behind
    /// a proxy's prefix.
    pub(super) fn read(method: &Method, path: &'a str, query: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let mut call = Self::default();
        let mut version = None;
        while let Some(part) = parts.next() {
            match part {
                "api" => version = parts.next(),
                "apis" => (call.group, version) = (parts.next().unwrap_or_default(), parts.next()),
                _ => continue,
            }
            break;
        }
        if version.is_some() {
            call.place(&parts.collect::<Vec<_>>());
        }
        call.verb = verb(method, call.name.is_some() || call.resource.is_none(), watches(query));
        call
    }

    /// Reads what stands behind the version.
    fn place(&mut self, parts: &[&'a str]) {
        let rest = match *parts {
            // `namespaces/x` and its subresources are about the namespace itself.
            ["namespaces", namespace, ref rest @ ..] if !matches!(rest, [] | ["status" | "finalize"]) => {
                self.namespace = Some(namespace);
                rest
            }
            _ => parts,
        };
        let mut rest = rest.iter().copied();
        (self.resource, self.name, self.subresource) = (rest.next(), rest.next(), rest.next());
    }

    /// The resource as `kubectl` and RBAC write it: `deployments.apps`, `pods/status`.
    pub(super) fn resource(&self) -> Option<String> {
        let mut text = self.resource?.to_owned();
        if !self.group.is_empty() {
            text = format!("{text}.{}", self.group);
        }
        Some(text)
    }

    /// The name of the span: verb and resource, of which there are few, as OpenTelemetry asks.
    pub(super) fn span_name(&self) -> String {
        match (self.resource, self.subresource) {
            (Some(resource), Some(subresource)) => format!("{} {resource}/{subresource}", self.verb),
            (Some(resource), None) => format!("{} {resource}", self.verb),
            (None, _) => self.verb.to_owned(),
        }
    }
}

fn verb(method: &Method, one: bool, watch: bool) -> &'static str {
    match (method.as_str(), one) {
        ("GET", _) if watch => "watch",
        ("GET" | "HEAD", true) => "get",
        ("GET" | "HEAD", false) => "list",
        ("POST", _) => "create",
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", true) => "delete",
        ("DELETE", false) => "deletecollection",
        _ => "call",
    }
}

fn watches(query: &str) -> bool {
    query.split('&').any(|pair| matches!(pair, "watch=true" | "watch=1" | "watch"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_the_api_server_reads_it() {
        for (method, uri, name, resource, namespace, object) in [
            ("GET", "/api/v1/pods", "list pods", Some("pods"), None, None),
            ("GET", "/api/v1/namespaces/ns/pods/web", "get pods", Some("pods"), Some("ns"), Some("web")),
            (
                "GET",
                "/api/v1/namespaces/ns/pods?watch=true&limit=1",
                "watch pods",
                Some("pods"),
                Some("ns"),
                None,
            ),
            (
                "PATCH",
                "/apis/apps/v1/namespaces/ns/deployments/web/status?force=true",
                "patch deployments/status",
                Some("deployments.apps"),
                Some("ns"),
                Some("web"),
            ),
            (
                "POST",
                "/api/v1/namespaces/ns/pods/web/eviction",
                "create pods/eviction",
                Some("pods"),
                Some("ns"),
                Some("web"),
            ),
            ("DELETE", "/api/v1/namespaces/ns/pods", "deletecollection pods", Some("pods"), Some("ns"), None),
            ("DELETE", "/api/v1/namespaces/ns", "delete namespaces", Some("namespaces"), None, Some("ns")),
            (
                "PUT",
                "/api/v1/namespaces/ns/finalize",
                "update namespaces/finalize",
                Some("namespaces"),
                None,
                Some("ns"),
            ),
            (
                "GET",
                "/k8s/clusters/c-1/apis/example.com/v1/widgets/w",
                "get widgets",
                Some("widgets.example.com"),
                None,
                Some("w"),
            ),
            ("GET", "/version", "get", None, None, None),
            ("GET", "/", "get", None, None, None),
            ("GET", "/apis", "get", None, None, None),
        ] {
            let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
            let call = Call::read(&method.parse().expect("a method"), path, query);
            assert_eq!(call.span_name(), name, "{uri}");
            assert_eq!(call.resource().as_deref(), resource, "{uri}");
            assert_eq!((call.namespace, call.name), (namespace, object), "{uri}");
        }
    }
}
