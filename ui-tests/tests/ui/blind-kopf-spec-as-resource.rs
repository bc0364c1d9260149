use kooper::{Context, controller};

pub struct SiteSpec {
    pub host: String,
}

struct Web;

#[controller(resource = SiteSpec, retries = 3)]
impl Web {
    async fn add(&self, ctx: Context, site: SiteSpec) -> kooper::Result {
        println!("{} is served at {}", ctx.key(), site.host);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
