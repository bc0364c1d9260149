//! The retriever.
mod selection;
mod selector;
pub use selection::{Names, Retriever};
