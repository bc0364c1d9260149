use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, retries = 3)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref());
        println!("{} runs on {}", ctx.key(), node.unwrap_or("no node"));
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
