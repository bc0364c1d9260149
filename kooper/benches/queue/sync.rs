//! The synchronisation of the queue, as Kooper has it.

pub(crate) use std::sync::{Mutex, MutexGuard};
pub(crate) use tokio::{sync::Notify, time::sleep_until};
