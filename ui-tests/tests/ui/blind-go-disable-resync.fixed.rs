use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, retries = 3, resync = "never")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
        Ok(())
    }

    async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
