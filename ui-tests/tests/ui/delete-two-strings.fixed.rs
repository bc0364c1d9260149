use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> kooper::Result {
        Ok(())
    }

    async fn delete(&self, ctx: Context, key: ObjectKey) -> kooper::Result {
        let _ = (ctx, key);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
