use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn create(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is new: {:?}", ctx.key(), pod.metadata.creation_timestamp);
        Ok(())
    }

    async fn update(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} has changed: {:?}", ctx.key(), pod.metadata.resource_version);
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
