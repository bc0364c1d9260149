use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, span(level = "debug", err))]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
