use k8s_openapi::api::core::v1::Node;
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = Node,
    retries = 15,
    backoff(initial = "5ms", max = "1000s"),
    rate_limit = "10/s",
)]
impl Web {
    async fn add(&self, ctx: Context, node: Node) -> kooper::Result {
        println!("{} takes pods of {:?}", ctx.key(), node.spec.and_then(|spec| spec.pod_cidr));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
