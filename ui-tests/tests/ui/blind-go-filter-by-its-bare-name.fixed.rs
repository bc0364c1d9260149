use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, filter = Self::is_scheduled)]
impl Web {
    fn is_scheduled(pod: &Pod) -> bool {
        pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} has a node", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
