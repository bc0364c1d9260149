use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, filter = Self::is_ours)]
impl Web {
    fn is_ours(pod: &Pod) -> bool {
        pod.metadata.deletion_timestamp.is_none()
    }

    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
