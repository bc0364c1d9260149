use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    fn describe(&self, pod: &Pod) -> String {
        pod.metadata.labels.as_ref().map_or(0, |labels| labels.len()).to_string()
    }

    async fn add(w: &Web, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} has {} labels", ctx.key(), w.describe(&pod));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
