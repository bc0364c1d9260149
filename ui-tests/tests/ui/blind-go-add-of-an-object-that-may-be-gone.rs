use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, pod: Option<Pod>) -> kooper::Result {
        let Some(pod) = pod else {
            println!("{} is gone", ctx.key());
            return Ok(());
        };
        println!("{:?}", pod.status.and_then(|status| status.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
