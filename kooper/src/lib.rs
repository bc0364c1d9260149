//! placeholder, written by the core
#[cfg(test)]
extern crate self as kooper;

mod context;
mod error;
mod handler;
mod key;
mod queue;
mod retriever;
mod spec;
pub mod trace;
mod wire;

pub use context::{Context, Trigger};
pub use error::{ConfigError, DrainError, Error, ErrorKind, Permanent, Result, StartError, permanent};
pub use handler::{Handler, Outcome, Requeue, Resource, Runnable};
pub use key::{InvalidKey, ObjectKey};
pub use kooper_macros::controller;
pub use queue::{Backoff, Queue};
pub use retriever::{Names, Retriever};
pub use spec::Spec;

#[cfg(feature = "telemetry")]
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

/// Runs a handler on the cluster of the ordinary configuration until SIGINT or SIGTERM.
///
/// # Errors
///
/// A configuration that can never work.
pub async fn run<H: Runnable>(handler: H) -> Result {
    let _ = handler;
    Ok(())
}

#[doc(hidden)]
pub mod __private;
