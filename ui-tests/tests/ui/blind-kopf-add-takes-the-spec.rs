use k8s_openapi::api::core::v1::{Pod, PodSpec};
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, spec: PodSpec) -> kooper::Result {
        println!("{} runs on {:?}", ctx.key(), spec.node_name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
