use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, workers = 5)]
impl Web {
    async fn add(&self, ctx: Context, req: ObjectKey) -> kooper::Result {
        println!("reconciling {req}, known as {}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
