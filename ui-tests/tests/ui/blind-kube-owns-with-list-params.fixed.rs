use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = Pod,
    owns(ConfigMap, labels = "managed-by=web"),
)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} by {}", ctx.key(), ctx.trigger());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
