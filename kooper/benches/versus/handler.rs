//! What the handlers of both sides take, and what they read of it.

use k8s_openapi::{api::core::v1::Pod, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use kube::core::PartialObjectMeta;
use std::{fmt, str::FromStr, time::Duration};

/// What a handler takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Kind {
    /// The whole pod.
    #[default]
    Pod,
    /// Its metadata.
    Metadata,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pod => "pod",
            Self::Metadata => "metadata",
        })
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        [Self::Pod, Self::Metadata]
            .into_iter()
            .find(|kind| kind.to_string() == name)
            .ok_or_else(|| format!("a handler takes `pod` or `metadata`, not `{name}`"))
    }
}

/// What a handler reads of an object.
pub(crate) struct Reading {
    pub(crate) index: usize,
    pub(crate) version: u64,
    /// Something that can only be known by reading the object.
    pub(crate) proof: u32,
    /// When the event with this state was sent, since the epoch; zero in a list.
    pub(crate) sent: Duration,
}

impl Reading {
    /// `None` for a pod that the stub server did not make; the run then never ends and is told as too slow.
    fn of(metadata: &ObjectMeta, proof: u32) -> Option<Self> {
        let index = metadata.name.as_deref()?.strip_prefix("web-")?.parse().ok()?;
        let version = metadata.resource_version.as_deref()?.parse().ok()?;
        let sent = metadata.annotations.as_ref()?.get("bench/sent")?.parse().ok()?;
        Some(Self { index, version, proof, sent: Duration::from_nanos(sent) })
    }

    /// Its proof lies deep in the status: how often the containers restarted.
    pub(crate) fn of_pod(pod: &Pod) -> Option<Self> {
        let containers = pod.status.as_ref()?.container_statuses.as_deref()?;
        let restarts = containers.iter().map(|container| container.restart_count.unsigned_abs()).sum();
        Self::of(&pod.metadata, restarts)
    }

    /// Its proof is a digit in a label.
    pub(crate) fn of_metadata(object: &PartialObjectMeta<Pod>) -> Option<Self> {
        let label = object.metadata.labels.as_ref()?.get("app.kubernetes.io/version")?;
        let team = label.strip_prefix("v1.")?.strip_suffix(".7")?.parse().ok()?;
        Self::of(&object.metadata, team)
    }
}
