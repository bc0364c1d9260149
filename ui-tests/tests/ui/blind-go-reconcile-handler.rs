use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Deployment, labels = "app=web")]
impl Web {
    async fn reconcile(&self, ctx: Context, deployment: Deployment) -> kooper::Result<Requeue> {
        let ready = deployment.status.and_then(|status| status.ready_replicas).unwrap_or(0);
        println!("{} has {ready} ready replicas", ctx.key());
        if ready == 0 {
            return Ok(Requeue::after(Duration::from_secs(10)));
        }
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
