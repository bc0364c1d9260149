use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} runs on {:?}", ctx.key(), pod.spec.map(|spec| spec.node_name));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
