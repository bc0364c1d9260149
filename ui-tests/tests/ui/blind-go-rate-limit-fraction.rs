use k8s_openapi::api::core::v1::Node;
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = Node,
    filter = Self::takes_pods,
    retries = 8,
    backoff(initial = "200ms", max = "2m", jitter = 0.2),
    rate_limit = "0.5/s",
    workers = 2,
)]
impl Web {
    fn takes_pods(node: &Node) -> bool {
        !node.spec.as_ref().and_then(|spec| spec.unschedulable).unwrap_or_default()
    }

    async fn add(&self, ctx: Context, node: Node) -> kooper::Result {
        println!("{} takes pods, labelled {:?}", ctx.key(), node.metadata.labels);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
