use std::sync::Arc;

use k8s_openapi::api::core::v1::Namespace;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Namespace)]
impl Web {
    async fn add(&self, ctx: Context, namespace: Arc<Namespace>) -> kooper::Result {
        println!("{} has the labels {:?}", ctx.key(), namespace.metadata.labels);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
