use k8s_openapi::api::core::v1::Node;
use kooper::{Context, controller};
use std::sync::Arc;

struct Nodes;

#[controller(resource = Node, resync = "10m")]
impl Nodes {
    async fn add(&self, ctx: Context, node: Arc<Node>) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), node.status);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Nodes);
}
