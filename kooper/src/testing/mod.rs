//! A Kubernetes API server in the process, for tests and first steps.
//!
//! [`Cluster`] answers as kube-apiserver does: resource versions and conflicts, lists by pages, watches with bookmarks
//! and 410, selectors, finalizers, generations, patches of four kinds. It starts in a few milliseconds and needs no
//! other program.
//!
//! Every write notes in `metadata.managedFields` who owns what, by the rules of structured-merge-diff; a server-side apply
//! is refused with the conflicts that a real server would tell, or forced.
//!
//! Built-in kinds come in Kubernetes' protobuf to whoever asks for it, as Kooper does, so that a test goes the whole way of a
//! real object; all else is JSON.
//!
//! Left out: admission, RBAC, validation of values by schema, and the conversion of autoscalers between `autoscaling/v1` and
//! `v2`: one that was written in a version is shown so in both. [`guide`] has five complete tests to begin with.

mod agenda;
mod allocate;
mod answer;
mod apply;
mod body;
mod clock;
mod cluster;
mod convert;
mod custom;
mod decode;
mod defaults;
mod discovery;
mod document;
mod fault;
mod garbage;
pub mod guide;
mod journal;
mod json;
mod kubeconfig;
mod list;
mod metadata;
mod names;
mod namespaces;
mod openapi;
mod patch;
mod proto;
mod quantity;
mod request;
mod resources;
mod review;
mod run;
mod scale;
mod schema;
mod selector;
mod server;
mod status;
mod store;
mod strategy;
mod table;
mod traces;
mod view;
mod watch;
mod write;
mod yaml;

pub use cluster::{Cluster, ClusterBuilder};
pub use fault::{EventFault, Fault, Faults, Watches};
pub use journal::{RecordedRequest, Requests};
pub use run::Run;
pub use server::Server;
pub use traces::{Attr, Link, ObjectTraces, RecordedSpan, RecordedTrace, Traces};

/// The decoder of Kubernetes' protobuf, for Kooper's own tests. Not for use elsewhere, and free to change.
#[doc(hidden)]
pub mod protobuf {
    pub use crate::wire::protobuf::testing::*;
}
