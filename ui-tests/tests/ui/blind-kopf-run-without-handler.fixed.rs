use k8s_openapi::api::core::v1::Namespace;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Namespace, resync = "never")]
impl Web {
    async fn add(&self, ctx: Context, namespace: Namespace) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), namespace.status.and_then(|status| status.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
