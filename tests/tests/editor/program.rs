//! Controllers with every argument that there is, for an editor to look at.

use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kooper::{ObjectKey, OnError, controller};

pub(crate) struct Web;

#[controller(
    resource = Pod,
    name = "web-pods",
    retries = 3,
    workers = 4,
    resync = "3m",
    backoff(initial = "1s", max = "5m", factor = 3, jitter = 0.2),
    timeout = "30s",
    debounce = "2s",
    rate_limit = "10/s",
    namespace = ["a", "b"],
    labels = "app=web",
    fields = "status.phase=Running",
    filter = Self::is_ours,
    on_error = Self::judge,
    finalizer = "example.com/cleanup",
    shutdown = "20s",
    span(level = "debug", name = "handlePod", target = "ops", err = "info", fields(team = "infra")),
    crate = ::kooper,
    owns(ConfigMap, labels = "role=address", fields = "metadata.name=web", namespace = "b"),
    watches(Secret, map = Self::users, labels = "role=key", fields = "metadata.name=web", namespace = "b"),
)]
impl Web {
    fn is_ours(_: &Pod) -> bool {
        true
    }

    fn judge(_: &kooper::Error) -> OnError {
        OnError::Retry
    }

    fn users(_: &Secret) -> Vec<ObjectKey> {
        Vec::new()
    }

    #[handler(
        retries = 5,
        backoff(initial = "2s", max = "1m", factor = 2, jitter = 0.1),
        timeout = "1m",
        span(level = "trace", name = "addPod", target = "ops::add", fields(node = "n"))
    )]
    async fn add(&self, _: Pod) -> kooper::Result {
        Ok(())
    }

    async fn finalize(&self, _: Pod) -> kooper::Result {
        Ok(())
    }
}

/// Whose only handler has fields of its own beside those of all.
pub(crate) struct Fields;

#[controller(resource = Pod, span(fields(team = "infra")))]
impl Fields {
    #[handler(span(fields(node = "n")))]
    async fn add(&self, _: Pod) -> kooper::Result {
        Ok(())
    }
}
