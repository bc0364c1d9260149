use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, workers = 2)]
impl Web {
    async fn add(&self, ctx: Context, object: Pod) -> kooper::Result {
        println!("{} was seen by {}", ctx.key(), ctx.trigger());
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
