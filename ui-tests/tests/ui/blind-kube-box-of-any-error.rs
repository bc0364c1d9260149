use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::error::Error;

struct Web;

#[controller(resource = Pod, fields = "status.phase=Running")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> Result<(), Box<dyn Error>> {
        let status = serde_json::to_string(&pod.status)?;
        println!("{}: {status}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
