use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web", span(target = "ops::pods", err = "debug"), timeout = "30s")]
impl Web {
    #[handler(retries = 10, span(fields(object = ctx.key(), attempt.no = i64::from(ctx.attempt()))))]
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} runs on {:?}", ctx.key(), pod.spec.and_then(|spec| spec.node_name));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
