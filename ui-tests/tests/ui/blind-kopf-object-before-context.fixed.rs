use k8s_openapi::api::core::v1::Node;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Node, debounce = "5s")]
impl Web {
    async fn add(&self, ctx: Context, node: Node) -> kooper::Result {
        println!("{}: {:?}, attempt {}", ctx.key(), node.metadata.labels, ctx.attempt());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
