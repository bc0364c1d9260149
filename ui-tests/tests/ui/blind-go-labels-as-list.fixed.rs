use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = Pod,
    namespace = ["staging", "production"],
    labels = "app=web,tier=front",
    fields = "status.phase=Running",
    filter = Self::is_ready,
)]
impl Web {
    fn is_ready(pod: &Pod) -> bool {
        pod.status.as_ref().is_some_and(|status| status.pod_ip.is_some())
    }

    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} has {:?}", ctx.key(), pod.status.and_then(|status| status.pod_ip));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
