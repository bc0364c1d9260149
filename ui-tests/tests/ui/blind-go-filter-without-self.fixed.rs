use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = Pod,
    name = "web-pods",
    retries = 5,
    fields = "status.phase=Running",
    filter = Self::is_scheduled,
    workers = 4,
)]
impl Web {
    fn is_scheduled(pod: &Pod) -> bool {
        pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} has a node", ctx.key());
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
