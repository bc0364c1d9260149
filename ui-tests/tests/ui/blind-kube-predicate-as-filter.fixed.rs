use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, filter = Self::generation)]
impl Web {
    fn generation(pod: &Pod) -> bool {
        pod.metadata.generation.is_some()
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} has a new generation", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
