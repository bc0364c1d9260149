use k8s_openapi::api::batch::v1::Job;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Job, retries = None, backoff(initial = "1s", max = "5m"))]
impl Web {
    async fn add(&self, ctx: Context, job: Job) -> kooper::Result {
        let failed = job.status.and_then(|status| status.failed).unwrap_or(0);
        if failed > 0 {
            return Err(kooper::Error::msg(format!("{} has {failed} failed pods", ctx.key())));
        }
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
