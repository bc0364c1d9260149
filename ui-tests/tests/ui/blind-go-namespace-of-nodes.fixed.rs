use k8s_openapi::api::core::v1::Node;
use kooper::{Context, controller};

struct Nodes;

#[controller(resource = Node, workers = 2)]
impl Nodes {
    async fn add(&self, ctx: Context, node: Node) -> kooper::Result {
        let unschedulable = node.spec.and_then(|s| s.unschedulable);
        println!("{} is unschedulable: {unschedulable:?}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Nodes);
}
