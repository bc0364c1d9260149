//! The controller: what is done for a pod, and for one that is gone.

use crate::{
    backend::{AWS, Backend, GITHUB, REDIS, RandomlyFailed},
    stop::Countdown,
};
use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};
use tracing::instrument;

/// Keeps what belongs to each pod in the services.
pub(crate) struct PodController {
    backend: Backend,
    countdown: Countdown,
}

#[controller(resource = Pod, name = "traced-pod-controller", retries = 5, resync = "2m", workers = 30)]
impl PodController {
    async fn add(&self, ctx: Context, _pod: Pod) -> Result<(), RandomlyFailed> {
        let _counted = self.countdown.one();
        self.ensure(&ctx).await
    }

    async fn delete(&self, ctx: Context, _key: ObjectKey) -> Result<(), RandomlyFailed> {
        let _counted = self.countdown.one();
        self.remove(&ctx).await
    }
}

impl PodController {
    pub(crate) fn new(backend: Backend, countdown: Countdown) -> Self {
        Self { backend, countdown }
    }

    #[instrument(name = "AddFunc", skip_all)]
    async fn ensure(&self, ctx: &Context) -> Result<(), RandomlyFailed> {
        let calls = self.backend.calls(ctx);
        calls.to(REDIS, "getOrg", 10).await?;
        calls.to(GITHUB, "getOrg", 75).await?;
        calls.to(REDIS, "getEc2List", 14).await?;
        let below = calls.below(calls.to(AWS, "ensureAWSResources", 120).await?);
        below.to(AWS, "getEc2List", 672).await?;
        below.to(AWS, "getALBs", 232).await?;
        below.to(AWS, "linkSGInALB", 157).await?;
        calls.to(REDIS, "storeResult", 34).await?;
        Ok(())
    }

    #[instrument(name = "DeleteFunc", skip_all)]
    async fn remove(&self, ctx: &Context) -> Result<(), RandomlyFailed> {
        let calls = self.backend.calls(ctx);
        calls.to(AWS, "deleteCloudformationStack", 698).await?;
        calls.to(REDIS, "storeResult", 26).await?;
        Ok(())
    }
}
