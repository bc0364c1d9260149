use kooper::{Context, controller};

struct SiteSpec {
    replicas: i32,
}

struct Web;

#[controller(resource = SiteSpec, retries = 5)]
impl Web {
    async fn add(&self, ctx: Context, site: SiteSpec) -> kooper::Result {
        println!("{} wants {} replicas", ctx.key(), site.replicas);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
