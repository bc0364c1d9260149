use kooper::{Context, controller};
use kube::core::Object;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SiteSpec {
    title: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct SiteStatus {
    ready: bool,
}

type Site = Object<SiteSpec, SiteStatus>;

struct Web;

#[controller(resource = Site)]
impl Web {
    async fn add(&self, ctx: Context, site: Site) -> kooper::Result {
        let ready = site.status.is_some_and(|status| status.ready);
        println!("{} is {:?}, ready: {ready}", ctx.key(), site.spec.title);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
