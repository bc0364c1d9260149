use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, Result, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, object: Pod) -> kooper::Result {
        drop((ctx, object));
        Ok(())
    }

    async fn delete(&self, _: Context, _: ObjectKey) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
