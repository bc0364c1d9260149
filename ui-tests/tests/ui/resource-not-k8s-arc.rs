use kooper::{Context, Result, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = String)]
impl Web {
    async fn add(&self, _: Context, _: Arc<String>) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
