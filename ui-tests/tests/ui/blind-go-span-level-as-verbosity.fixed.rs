use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, span(level = "debug"))]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} has uid {:?}", ctx.key(), pod.metadata.uid);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
