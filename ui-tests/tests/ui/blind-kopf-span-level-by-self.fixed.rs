use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use tracing::Level;

struct Web;

#[controller(resource = Pod, retries = Self::RETRIES, span(level = Web::LEVEL, target = "ops::web"))]
impl Web {
    const LEVEL: Level = Level::DEBUG;
    const RETRIES: u32 = 5;

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        tracing::info!("{} is there", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
