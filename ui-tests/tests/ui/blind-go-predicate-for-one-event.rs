use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    fn is_ours(pod: &Pod) -> bool {
        pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())
    }

    #[handler(filter = Self::is_ours, timeout = "30s")]
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
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
