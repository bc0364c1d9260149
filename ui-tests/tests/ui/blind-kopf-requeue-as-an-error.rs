use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> Result<(), Requeue> {
        let Some(ip) = pod.status.and_then(|status| status.pod_ip) else {
            println!("{} has no address yet", ctx.key());
            return Err(Requeue::after(Duration::from_secs(60)));
        };
        println!("{} has the address {ip}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
