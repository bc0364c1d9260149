//! The synchronisation of the queue, in one place: a checker of interleavings, which compiles the queue's own source, puts its
//! own here.

pub(crate) use std::sync::{Mutex, MutexGuard};
pub(crate) use tokio::{sync::Notify, time::sleep_until};
