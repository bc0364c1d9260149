use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use kube::core::PartialObjectMeta;

struct Web;

#[controller(resource = PartialObjectMeta<Pod>, labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, pod: PartialObjectMeta<Pod>) -> kooper::Result {
        println!("{} has the labels {:?}", ctx.key(), pod.metadata.labels);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
