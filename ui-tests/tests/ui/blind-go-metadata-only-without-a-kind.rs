use kooper::{Context, controller};
use kube::core::PartialObjectMeta;

struct Web;

#[controller(resource = PartialObjectMeta, labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, pod: PartialObjectMeta) -> kooper::Result {
        println!("{} has the labels {:?}", ctx.key(), pod.metadata.labels);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
