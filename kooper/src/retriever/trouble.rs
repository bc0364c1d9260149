//! What can go wrong between the retriever and the API server, and what a person can do about it.

use crate::wire::{Status, WireError};
use kube::Client;
use std::time::Duration;

/// Why a list or a watch failed. Each is survived; each cause is told once, until it is over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// No connection, or none that speaks HTTP.
    #[error("the API server cannot be reached: {0}")]
    Unreachable(String),
    /// Credentials that the server does not know.
    #[error("the API server does not accept the credentials (401): {0}")]
    Unauthorized(String),
    /// Credentials that do not suffice.
    #[error("not allowed (403): {0}")]
    Forbidden(String),
    /// The server does not know the resource.
    #[error("the API server does not know this resource (404): {0}")]
    NotFound(String),
    /// The version that was asked for is no longer kept. Ordinary: a list follows.
    #[error("the version is no longer kept (410)")]
    Expired,
    /// The server knows watches, but no streaming lists.
    #[error("the API server has no streaming lists")]
    NoStreamingList,
    /// The server asks to come back later.
    #[error("the API server is busy ({code}): {message}")]
    Busy { code: u16, message: String, retry_after: Option<Duration> },
    /// Any other answer that is no success.
    #[error("the API server answered {code}: {message}")]
    Refused { code: u16, message: String },
    /// An answer that is none.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The connection ended in the middle of an answer. Ordinary in a watch.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// The connection is there, but nothing comes.
    #[error("nothing came for {0:?}")]
    Silent(Duration),
}

impl Trouble {
    /// The cause, as one word: it is told once for as long as it stays the same.
    pub(crate) fn cause(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Unauthorized(_) => "unauthorized",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound(_) => "unknown resource",
            Self::Expired => "expired",
            Self::NoStreamingList => "no streaming lists",
            Self::Busy { .. } => "busy",
            Self::Refused { .. } => "refused",
            Self::Wire(_) => "garbled",
            Self::Lost(_) => "lost",
            Self::Silent(_) => "silent",
        }
    }

    /// Whether it belongs to the ordinary life of a watch, and is worth no warning the first time.
    pub(crate) fn is_ordinary(&self) -> bool {
        matches!(self, Self::Expired | Self::Lost(_) | Self::Silent(_))
    }

    /// Whether it says that the server has no streaming lists. Older servers refuse the parameters, and other programs that
    /// speak the API may take them for those of a plain watch.
    pub(crate) fn is_no_streaming_list(&self) -> bool {
        match self {
            Self::NoStreamingList => true,
            Self::Refused { code, .. } => matches!(code, 400 | 405 | 422 | 501),
            _ => false,
        }
    }

    /// Whether only a person can mend it, so that asking often is of no use.
    pub(crate) fn needs_a_person(&self) -> bool {
        matches!(self, Self::Unauthorized(_) | Self::Forbidden(_) | Self::NotFound(_))
    }

    /// How long the server asked to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What a person can do about it. `resource` is such as `pods`, `group` such as `apps` or empty.
    pub(crate) fn next_step(&self, resource: &str, group: &str, namespace: Option<&str>) -> String {
        let place = namespace.map_or(" -A".to_owned(), |namespace| format!(" -n {namespace}"));
        match self {
            Self::Unreachable(_) => {
                "check `kubectl cluster-info` and the server's address in the kubeconfig".into()
            }
            Self::Unauthorized(_) => {
                "renew the token or certificate of the kubeconfig's user or service account".into()
            }
            Self::Forbidden(_) => format!(
                "grant `list` and `watch` on `{resource}` (apiGroup `{group}`) by a Role or ClusterRole; `kubectl auth can-i watch {resource}{place}` shows it"
            ),
            Self::NotFound(_) => format!(
                "install the CustomResourceDefinition of `{resource}.{group}`, or serve the version that the type names; `kubectl api-resources --api-group={group}` shows what there is"
            ),
            Self::Busy { .. } => "none: it is tried again when the server asked for it".into(),
            Self::Wire(_) => {
                "check what stands between this program and the API server, such as a proxy".into()
            }
            Self::Expired
            | Self::NoStreamingList
            | Self::Refused { .. }
            | Self::Lost(_)
            | Self::Silent(_) => "look at the API server's log; it is tried again".into(),
        }
    }
}

impl From<Status> for Trouble {
    fn from(status: Status) -> Self {
        let Status { code, reason, message, retry_after } = status;
        match code {
            401 => Self::Unauthorized(message),
            403 => Self::Forbidden(message),
            404 => Self::NotFound(message),
            410 => Self::Expired,
            // The server's own storage says it this way at times.
            500 if reason == "Expired" => Self::Expired,
            429 | 503 | 504 => {
                Self::Busy { code, message, retry_after: retry_after.map(Duration::from_secs) }
            }
            code => Self::Refused { code, message },
        }
    }
}

/// Tells of namespaces that do not exist: a watch of one is silent for ever. One GET each, and nothing is said where that
/// is forbidden.
pub(crate) async fn warn_of_missing_namespaces(client: Client, controller: String, namespaces: Vec<String>) {
    for namespace in namespaces {
        let Ok(request) =
            http::Request::get(format!("/api/v1/namespaces/{namespace}")).body(kube::client::Body::empty())
        else {
            continue;
        };
        let answer = client.send(request).await;
        if answer.is_ok_and(|answer| answer.status() == http::StatusCode::NOT_FOUND) {
            tracing::warn!(
                controller,
                namespace,
                next_step =
                    format!("create it (`kubectl create namespace {namespace}`) or correct `namespace`"),
                "the namespace does not exist: nothing will be handled until it does"
            );
        }
    }
}
