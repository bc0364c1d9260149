use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Outcome, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> Outcome {
        println!("{} is here", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
