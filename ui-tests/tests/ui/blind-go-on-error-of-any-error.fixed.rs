use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, OnError, controller};
use std::error::Error;

struct Web;

#[controller(resource = Pod, on_error = Self::on_error)]
impl Web {
    fn on_error(err: &kooper::Error, ctx: &Context) -> OnError {
        println!("{}: {err}", ctx.key());
        OnError::GiveUp
    }

    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
