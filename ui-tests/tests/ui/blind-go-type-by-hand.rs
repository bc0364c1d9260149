use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kooper::{Context, controller};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, Serialize)]
struct SiteSpec {
    title: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Site {
    metadata: ObjectMeta,
    spec: SiteSpec,
}

struct Web;

#[controller(resource = Site)]
impl Web {
    async fn add(&self, ctx: Context, site: Site) -> kooper::Result {
        println!("{} {:?} is called {}", ctx.key(), site.metadata.labels, site.spec.title);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
