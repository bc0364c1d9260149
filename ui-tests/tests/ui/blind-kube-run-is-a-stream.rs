use futures_util::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Arc<Pod>) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

async fn start() -> kooper::Result {
    Controller::new(Web).workers(10).run().for_each(|_| std::future::ready(())).await;
    Ok(())
}

fn main() {
    drop(start());
}
