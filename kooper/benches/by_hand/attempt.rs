//! The attempt that is made both ways.

use crate::hand::Hand;
use k8s_openapi::api::core::v1::Pod;
use kooper::{__private::Traced, Handler, controller};

/// Kooper's side.
struct Pods;

#[controller(resource = Pod, name = "pods", retries = 3, resync = "3m")]
impl Pods {
    async fn add(&self, _pod: Pod) -> kooper::Result {
        Ok(())
    }
}

const OBJECT: &str = r#"{"metadata":{"namespace":"default","name":"web-7785f4d7dc-4brdg","uid":"8f2c2e0e-5a1c-4f5b-9b0e-2f1f3c3a9d11",
    "resourceVersion":"4711","generation":1}}"#;

/// What those say that fail.
pub(crate) const FAILURE: &str = "randomly failed";

/// Attempts at the object, by Kooper.
pub(crate) async fn by_kooper() -> kooper::Result<Traced> {
    Traced::of(Pods::spec(), Pods::spans(), OBJECT.as_bytes(), FAILURE).await
}

/// The same, by hand.
pub(crate) fn by_hand() -> Hand {
    Hand {
        key: "default/web-7785f4d7dc-4brdg".into(),
        namespace: "default".into(),
        name: "web-7785f4d7dc-4brdg".into(),
        uid: "8f2c2e0e-5a1c-4f5b-9b0e-2f1f3c3a9d11".into(),
        resource_version: "4711".into(),
        controller: "pods".into(),
        resync: "3m0s".into(),
        before: None,
    }
}
