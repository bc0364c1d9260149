use k8s_openapi::api::core::v1 as corev1;
use kooper::{Context, controller};

struct Web;

#[controller(resource = corev1.Pod, retries = 5)]
impl Web {
    async fn add(&self, ctx: Context, pod: corev1::Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|status| status.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
