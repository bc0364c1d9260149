use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    #[handler(span(skip(ctx, pod), fields(generation = ?pod.metadata.generation)))]
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), pod.status);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
