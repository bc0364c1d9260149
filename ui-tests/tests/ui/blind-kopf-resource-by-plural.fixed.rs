use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, namespace = "prod", workers = 5)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let restarts: i32 = pod
            .status
            .and_then(|status| status.container_statuses)
            .unwrap_or_default()
            .iter()
            .map(|container| container.restart_count)
            .sum();
        println!("{} was restarted {restarts} times", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
