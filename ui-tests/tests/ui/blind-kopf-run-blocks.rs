use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} was seen", ctx.key());
        Ok(())
    }
}

fn main() -> kooper::Result {
    kooper::run(Web)
}
