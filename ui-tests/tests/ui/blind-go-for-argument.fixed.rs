use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, owns(ConfigMap))]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} has the labels {:?}", ctx.key(), pod.metadata.labels);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
