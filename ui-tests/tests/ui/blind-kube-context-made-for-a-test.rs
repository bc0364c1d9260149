use k8s_openapi::api::core::v1::Pod;
use kooper::{Client, Context, ObjectKey, Requeue, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Arc<Pod>) -> kooper::Result<Requeue> {
        println!("{}: {:?}", ctx.key(), pod.status);
        Ok(Requeue::none())
    }
}

async fn a_pod_without_status_is_left_alone(client: Client) -> kooper::Result {
    let ctx = Context::new(ObjectKey::namespaced("default", "web"), client);
    assert_eq!(Web.add(ctx, Arc::new(Pod::default())).await?, Requeue::none());
    Ok(())
}

fn main() {
    let _ = kooper::run(Web);
    let _ = a_pod_without_status_is_left_alone;
}
