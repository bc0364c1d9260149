//! Kubernetes' protobuf, read into the ordinary types by a table.
//!
//! ```text
//!  chunks ──▶ ListSplitter / WatchSplitter ──▶ object.rs ──▶ (Metadata, bytes) ──▶ decode ──▶ any Deserialize type
//!             list.rs, watch.rs, envelope.rs                                        ▲
//!                                                   table.txt ──▶ table.rs ─────────┘
//! ```
//!
//! An answer is `k8s\0` and a message `Unknown` with the kind of what is in it and its bytes. What those bytes mean no one
//! can tell without the types: field 3 of a `PodSpec` is a string, but that it is called `restartPolicy` stands in Go's
//! source alone. [`table`] has it for every built-in kind, made by `kooper/table`.
//!
//! Before a type is read in this encoding, [`coverage`] makes sure that the table names all of its fields.

mod coverage;
mod decode;
mod envelope;
mod error;
mod hold;
mod list;
mod object;
mod reader;
mod sorted;
mod table;
mod watch;

#[cfg(test)]
mod tests;

#[cfg(feature = "testing")]
pub(crate) mod encode;
#[cfg(feature = "testing")]
pub(crate) mod testing;

pub(super) use coverage::{Uncovered, covers};
pub(super) use decode::decode;
pub(super) use envelope::status;
pub(crate) use error::Error;
pub(super) use list::ListSplitter;
pub(crate) use table::{Kind, Table};
pub(super) use watch::WatchSplitter;
