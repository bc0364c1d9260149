//! A program for tests to run: a controller whose attribute says all that it can, which prints what comes of it.
//!
//! What it does with a config map is what `act` in its data says.

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, OnError, controller};
use std::{future::pending, sync::Arc};

struct Arguments;

/// Why a config map is not done.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("not yet")]
    NotYet,
    #[error("never")]
    Never,
}

#[controller(
    resource = ConfigMap,
    name = "all-arguments",
    namespace = ["args-a", "args-b"],
    labels = "watched=yes",
    fields = "metadata.name!=left-out",
    filter = Self::is_ours,
    owns(Secret, labels = "role=owned"),
    watches(Secret, map = Self::leads_to, labels = "role=related"),
    retries = 1,
    backoff(initial = "200ms", max = Self::MAX, factor = 1.5, jitter = 0),
    workers = 2,
    timeout = "1s",
    debounce = "300ms",
    rate_limit = "2/s",
    resync = "5s",
    on_error = Self::decide,
    finalizer = "example.com/arguments",
    shutdown = "1s",
    span(fields(team = "infra")),
)]
impl Arguments {
    const MAX: std::time::Duration = std::time::Duration::from_secs(1);

    fn act(map: &ConfigMap) -> &str {
        map.data.as_ref().and_then(|data| data.get("act")).map_or("", String::as_str)
    }

    fn is_ours(map: &ConfigMap) -> bool {
        Self::act(map) != "leave out"
    }

    /// A secret leads to the config map that its annotation names.
    fn leads_to(secret: &Secret) -> Option<ObjectKey> {
        let name = secret.metadata.annotations.as_ref()?.get("leads-to")?;
        Some(ObjectKey::namespaced(secret.metadata.namespace.as_ref()?, name))
    }

    fn decide(error: &Failure, _: &Context) -> OnError {
        match error {
            Failure::NotYet => OnError::Retry,
            Failure::Never => OnError::GiveUp,
        }
    }

    #[handler(span(fields(act = %Self::act(&map))))]
    async fn add(&self, ctx: Context, map: ConfigMap) -> Result<(), Failure> {
        println!("add {} ({}, attempt {})", ctx.key(), ctx.trigger(), ctx.attempt());
        match Self::act(&map) {
            "fail" => Err(Failure::NotYet),
            "fail for good" => Err(Failure::Never),
            "hang" => pending().await,
            _ => Ok(()),
        }
    }

    /// Succeeds at the third attempt, which the controller's own settings would not grant.
    #[handler(retries = 3, backoff = "100ms")]
    async fn finalize(&self, ctx: Context, _map: Arc<ConfigMap>) -> Result<(), Failure> {
        println!("finalize {} (attempt {})", ctx.key(), ctx.attempt());
        if ctx.attempt() < 3 { Err(Failure::NotYet) } else { Ok(()) }
    }

    #[handler(timeout = "1h")]
    async fn delete(&self, key: ObjectKey) -> Result<(), Failure> {
        println!("delete {key}");
        if key.name() == "stuck" { pending().await } else { Ok(()) }
    }
}

#[tokio::main]
async fn main() -> kooper::Result {
    let _telemetry = kooper::telemetry::init("arguments")?;
    kooper::run(Arguments).await
}
