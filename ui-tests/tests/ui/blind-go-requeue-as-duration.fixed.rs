use k8s_openapi::api::batch::v1::Job;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(resource = Job, labels = "app=web", resync = "never")]
impl Web {
    async fn add(&self, ctx: Context, job: Job) -> kooper::Result<Requeue> {
        let active = job.status.and_then(|status| status.active).unwrap_or(0);
        println!("{}: {active} active pods", ctx.key());
        Ok(Requeue::after(Duration::from_secs(60)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
