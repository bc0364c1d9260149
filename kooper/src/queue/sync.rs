//! The synchronisation types of the queue, in one place, so that a checker of interleavings can put its own here.

pub(super) use std::sync::{Mutex, MutexGuard};
pub(super) use tokio::sync::Notify;
