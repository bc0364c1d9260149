use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result<Requeue> {
        self.probe(&ctx, &pod).await?;
        Ok(Requeue::after(Duration::from_secs(60)))
    }

    #[handler(timeout = "10s", retries = 1)]
    async fn probe(&self, ctx: &Context, pod: &Pod) -> kooper::Result {
        println!("{} has {:?}", ctx.key(), pod.status.as_ref().and_then(|status| status.pod_ip.as_deref()));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
