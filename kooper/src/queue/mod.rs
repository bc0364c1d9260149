//! The queue.
mod policy;
pub use policy::{Backoff, Queue};
