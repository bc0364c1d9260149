use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, backoff(initial = "100ms", max = "1m"))]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let Some(spec) = pod.spec else {
            return Err(kooper::permanent("the pod has no spec").into());
        };
        println!("{}: {} containers", ctx.key(), spec.containers.len());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
