//! Whether a controller is ready: for readiness probes and for tests.

use crate::retriever::Health;
use tokio::sync::watch;

/// Tells whether a controller has read everything once, and still follows it.
///
/// Not ready before each of its streams has read everything, nor while one is kept from reading: because the server is
/// away, because a permission is missing or was taken away, because the resource is unknown. A clone tells the same.
///
/// ```
/// # use k8s_openapi::api::core::v1::Pod;
/// # use kooper::{Controller, ObjectKey, controller, testing::Cluster};
/// # struct PodPrinter;
/// # #[controller(resource = Pod)]
/// # impl PodPrinter { async fn add(&self, _pod: Pod) -> kooper::Result { Ok(()) } }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> kooper::Result {
/// let cluster = Cluster::new();
/// let controller = Controller::new(PodPrinter).client(cluster.client());
/// let mut readiness = controller.readiness();
/// assert!(!readiness.is_ready());
///
/// controller.run_until(async move { readiness.ready().await }).await
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Readiness(watch::Receiver<Health>);

impl Readiness {
    pub(crate) fn new(health: watch::Receiver<Health>) -> Self {
        Self(health)
    }

    /// Whether the controller is ready now.
    pub fn is_ready(&self) -> bool {
        self.0.borrow().is_ready()
    }

    /// Waits until the controller is ready; for ever, if it ended before it was.
    ///
    /// Cancellation safe.
    pub async fn ready(&mut self) {
        if self.0.wait_for(Health::is_ready).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the controller is no longer ready; for ever, if it ended before that.
    ///
    /// Cancellation safe.
    pub async fn unready(&mut self) {
        if self.0.wait_for(|health| !health.is_ready()).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
