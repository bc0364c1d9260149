//! A crate that denies every lint that could fall on code which the attribute writes.

#![deny(warnings, missing_docs, unused_qualifications, unused_results, unsafe_code, unreachable_pub)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]

use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Handler, ObjectKey, controller};
use std::time::Duration;

/// Handles pods without a word.
#[derive(Debug)]
pub struct Strict;

/// How long.
pub const LONG: Duration = Duration::from_hours(1);

#[controller(resource = Pod, retries = 1, resync = LONG, backoff(max = "1h"), timeout = "90s", namespace = ["a", "b"], span(level = "debug", fields(team = "infra")))]
impl Strict {
    async fn add(&self, _: Context, _: Pod) -> kooper::Result {
        Ok(())
    }

    #[cfg(unix)]
    #[handler(retries = 2, timeout = "1s", span(fields(name = %key.name(), seen)))]
    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        drop(key);
        Ok(())
    }
}

#[test]
fn no_lint_falls_on_what_the_attribute_writes() {
    assert_eq!(Strict::spec().name(), "strict");
}
