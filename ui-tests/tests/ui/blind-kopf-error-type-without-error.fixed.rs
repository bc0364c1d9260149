use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, Requeue, controller};
use std::time::Duration;

struct Web;

#[derive(Debug, thiserror::Error)]
#[error("{0} has no host")]
struct NoHost(String);

#[controller(resource = ConfigMap, labels = "kind=site", backoff = "5s")]
impl Web {
    async fn add(&self, ctx: Context, site: ConfigMap) -> Result<Requeue, NoHost> {
        let Some(host) = site.data.as_ref().and_then(|data| data.get("host")) else {
            return Err(NoHost(ctx.key().to_string()));
        };
        println!("{} is {host}", ctx.key());
        Ok(Requeue::after(Duration::from_secs(3600)))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
