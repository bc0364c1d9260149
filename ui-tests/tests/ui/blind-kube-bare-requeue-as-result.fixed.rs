use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result<Requeue> {
        println!("{}", ctx.key());
        Ok(Requeue::after(Duration::from_secs(300)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
