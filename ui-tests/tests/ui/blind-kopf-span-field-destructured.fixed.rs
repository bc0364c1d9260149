use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web", filter = Self::is_scheduled)]
impl Web {
    fn is_scheduled(pod: &Pod) -> bool {
        pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())
    }

    #[handler(timeout = "10s", span(fields(owner = ?object.metadata.owner_references)))]
    async fn add(&self, ctx: Context, object: Pod) -> kooper::Result {
        println!(
            "{}: {:?} on {:?}",
            ctx.key(),
            object.metadata.labels,
            object.spec.and_then(|spec| spec.node_name)
        );
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
