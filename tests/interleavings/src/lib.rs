//! The queue's own source, compiled once more with synchronisation that [shuttle](https://docs.rs/shuttle) schedules: each
//! test below `tests` runs a scenario under many orders of its steps.
//!
//! The types of the standard library and of tokio that the queue uses come from `crate::sync`, which is another one here.
//! Every lock, and every call of a wake-up, is a place where any other task may go on.

#[path = "../../../kooper/src/queue/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, clippy::all, clippy::pedantic)]
mod queue;
mod scenario;
mod store;
mod sync;
mod trace;

use kooper::{ConfigError, ObjectKey};
pub use scenario::{Scenario, check};
use store::Trigger;
