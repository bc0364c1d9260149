use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, retries = 3)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        if pod.spec.is_none() {
            return Err(kooper::permanent("the pod has no spec").into());
        }
        println!("{} is fine", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
