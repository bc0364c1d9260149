//! The retriever: lists and watches the objects of a resource and keeps the store true.
//!
//! [`Retriever`] says what; a [`Stream`] reads it from one namespace (or from all) for as long as the controller runs;
//! [`resync`] has each known object handled again from time to time.

mod accept;
mod answer;
mod intake;
mod list;
mod pace;
mod resync;
mod selection;
mod stream;
mod trouble;
mod watch;

pub(crate) use intake::{Health, Intake};
pub(crate) use resync::resync;
pub use selection::{Names, Retriever};
pub(crate) use stream::Stream;
pub(crate) use trouble::{Trouble, warn_of_missing_namespaces};
