use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web", debounce = "2s")]
impl Web {
    async fn add(&self, ctx: Context, object: Pod) -> kooper::Result {
        println!("{} has the uid {:?}", ctx.key(), object.metadata.uid);
        Ok(())
    }

    async fn delete(&self, _ctx: Context, pod: Pod) -> kooper::Result {
        println!("{:?} is gone", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
