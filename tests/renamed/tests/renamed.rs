//! A crate of the edition before, which knows Kooper by another name alone.

use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kp::{controller, Context, Handler, ObjectKey, OnError};
use std::sync::Arc;

struct Renamed;

#[controller(
    resource = Pod,
    crate = ::kp,
    retries = 4,
    timeout = "5s",
    rate_limit = "10/s",
    namespace = "prod",
    labels = "app=web",
    filter = Self::is_named,
    on_error = Self::decide,
    owns(ConfigMap),
    watches(Secret, map = Self::pod_of),
    finalizer = "example.com/cleanup",
    span(level = "debug", fields(team = "infra")),
)]
impl Renamed {
    fn is_named(pod: &Pod) -> bool {
        pod.metadata.name.is_some()
    }

    fn decide(_: &kp::Error) -> OnError {
        OnError::Retry
    }

    fn pod_of(secret: &Secret) -> Option<ObjectKey> {
        Some(ObjectKey::namespaced("prod", secret.metadata.name.as_ref()?))
    }

    #[handler(retries = 1, span(fields(name = ?pod.metadata.name)))]
    async fn add(&self, _: Context, pod: Arc<Pod>) -> kp::Result<kp::Requeue> {
        drop(pod);
        Ok(kp::Requeue::none())
    }

    async fn finalize(&self, _: Pod) -> kp::Result {
        Ok(())
    }

    async fn delete(&self, _: ObjectKey) -> kp::Result {
        Ok(())
    }
}

#[test]
fn kooper_may_go_by_another_name() {
    drop(kp::run(Renamed));
    assert_eq!(Renamed::spec().name(), "renamed");
}
