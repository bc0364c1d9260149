use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web(String);

#[controller(resource = Pod, timeout = "30s")]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} is in {}", ctx.key(), self.0);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
