use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, retries = 8, backoff(initial = "1s", max = "2m"))]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let Some(ip) = pod.status.and_then(|status| status.pod_ip) else {
            return Err(kooper::Error::msg(format!("no address yet, attempt {}", ctx.attempt())));
        };
        println!("{} is at {ip}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
