use k8s_openapi::api::core::v1::Node;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Node, namespace = "prod", labels = "pool=web")]
impl Web {
    async fn add(&self, ctx: Context, node: Node) -> kooper::Result {
        let provider = node.spec.and_then(|spec| spec.provider_id);
        println!("{} is {provider:?}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
