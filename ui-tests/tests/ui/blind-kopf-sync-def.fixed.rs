use k8s_openapi::api::core::v1::Node;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Node, resync = "10m")]
impl Web {
    async fn add(&self, ctx: Context, node: Node) -> kooper::Result {
        println!("{} has {:?}", ctx.key(), node.spec.and_then(|s| s.pod_cidr));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
