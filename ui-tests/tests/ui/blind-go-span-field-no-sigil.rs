use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web {
    zone: &'static str,
}

#[controller(resource = Pod, labels = "app=web", span(level = "debug", fields(zone = self.zone)))]
impl Web {
    #[handler(timeout = "10s", span(fields(cause = ctx.trigger(), node = ?pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()))))]
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|status| status.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { zone: "eu-1" });
}
