use k8s_openapi::api::core::v1::Node;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Node, debounce = "5m", resync = "10m", workers = 2)]
impl Web {
    async fn add(&self, ctx: Context, node: Node) -> kooper::Result {
        println!("{} has {:?}", ctx.key(), node.status.and_then(|status| status.capacity));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
