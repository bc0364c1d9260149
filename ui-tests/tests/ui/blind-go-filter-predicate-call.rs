use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(
    resource = Pod,
    namespace = ["staging", "production"],
    filter = Self::in_phase("Running"),
    workers = 10,
    timeout = "30s",
    span(level = "debug", fields(team = "infra")),
)]
impl Web {
    fn in_phase(phase: &'static str) -> impl Fn(&Pod) -> bool + Send + Sync + 'static {
        move |pod: &Pod| pod.status.as_ref().and_then(|status| status.phase.as_deref()) == Some(phase)
    }

    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result {
        println!("{} is running, labelled {:?}", ctx.key(), pod.metadata.labels);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
