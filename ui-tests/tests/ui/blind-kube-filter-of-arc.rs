use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Pod, filter = Self::has_node)]
impl Web {
    fn has_node(pod: &Arc<Pod>) -> bool {
        pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())
    }

    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result {
        println!("{} {:?}", ctx.key(), pod.status);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
