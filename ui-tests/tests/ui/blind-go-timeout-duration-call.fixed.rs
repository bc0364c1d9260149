use k8s_openapi::api::core::v1::Namespace;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[controller(
    resource = Namespace,
    labels = "team=web",
    retries = 5,
    timeout = "30s",
    resync = Self::RESYNC,
)]
impl Web {
    const RESYNC: Duration = Duration::from_secs(600);

    async fn add(&self, ctx: Context, _namespace: Namespace) -> kooper::Result<Requeue> {
        println!("{}", ctx.key());
        Ok(Requeue::after(Duration::from_secs(60)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
