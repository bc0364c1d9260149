use k8s_openapi::api::core::v1::{Pod, PodSpec};
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, namespace = "prod")]
impl Web {
    async fn add(&self, ctx: Context, spec: PodSpec) -> kooper::Result {
        println!("{} has {} containers", ctx.key(), spec.containers.len());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
