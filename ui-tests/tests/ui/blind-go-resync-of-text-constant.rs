use k8s_openapi::api::core::v1::Node;
use kooper::{Context, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Node, retries = Self::RETRIES, timeout = Self::TIMEOUT, resync = Self::RESYNC)]
impl Web {
    const RETRIES: u32 = 5;
    const TIMEOUT: Duration = Duration::from_secs(30);
    const RESYNC: &str = "10m";

    async fn add(&self, ctx: Context, node: Node) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), node.status.and_then(|status| status.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
