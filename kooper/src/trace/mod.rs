//! The trace contract.
pub(crate) mod names;
mod spans;
pub use spans::{Site, Spans};
