use k8s_openapi::api::core::v1::Node;
use kooper::{Context, Result, controller};

struct Web;

#[controller(resource = Node)]
impl Web {
    async fn add(&self, _: Context, _: Node) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
