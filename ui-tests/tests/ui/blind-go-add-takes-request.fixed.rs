use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, workers = 5)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("reconciling {:?}, known as {}", pod.metadata.name, ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
