use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, ObjectKey, Requeue, controller};
use std::{error::Error, sync::Arc, time::Duration};

type Failure = Box<dyn Error>;

struct Web;

#[controller(
    resource = ConfigMap,
    namespace = "prod",
    labels = "kind=site",
    retries = Self::RETRIES,
    span(fields(team = "infra")),
)]
impl Web {
    const RETRIES: u32 = 5;

    #[handler(backoff(initial = "1s", max = "1m"))]
    async fn add(&self, ctx: Context, site: Arc<ConfigMap>) -> Result<Requeue, Failure> {
        let data = site.data.as_ref().ok_or("the site has no data")?;
        let every: u64 = data.get("every").ok_or("the site has no interval")?.parse()?;
        println!("{} again in {every} s", ctx.key());
        Ok(Requeue::after(Duration::from_secs(every)))
    }

    async fn delete(&self, key: ObjectKey) -> Result<(), Failure> {
        println!("{key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
