use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} has {:?}", ctx.key(), pod.status.and_then(|status| status.pod_ip));
        Ok(())
    }

    async fn delete(&self, ctx: Context, key: kooper::ObjectKey) -> kooper::Result {
        println!("{key} had {:?}", ctx.last_seen::<Pod>().and_then(|last| last.status).and_then(|status| status.pod_ip));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
