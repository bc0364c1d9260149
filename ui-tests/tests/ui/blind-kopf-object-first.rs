use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, namespace = "prod")]
impl Web {
    async fn add(&self, pod: Pod, ctx: Context) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
