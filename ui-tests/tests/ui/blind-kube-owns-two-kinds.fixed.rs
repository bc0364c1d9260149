use k8s_openapi::api::core::v1::{ConfigMap, Pod, Service};
use kooper::{Context, Requeue, controller};
use std::{sync::Arc, time::Duration};

struct Web;

#[controller(
    resource = Pod,
    labels = "app=web,tier in (front, back)",
    owns(ConfigMap),
    owns(Service),
    filter = Self::has_ip,
    resync = "10m",
)]
impl Web {
    fn has_ip(pod: &Pod) -> bool {
        pod.status.as_ref().is_some_and(|status| status.pod_ip.is_some())
    }

    async fn add(&self, ctx: Context, _pod: Arc<Pod>) -> kooper::Result<Requeue> {
        println!("{} is handled by reason of {}", ctx.key(), ctx.trigger());
        Ok(Requeue::after(Duration::from_secs(300)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
