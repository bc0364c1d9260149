use kooper::{Context, Result, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Web)]
impl Web {
    async fn add(&self, _: Context, _: Arc<Web>) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
