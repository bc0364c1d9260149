use kooper::{Context, Result, controller};

use kube::core::DynamicObject;

struct Web;

#[controller(resource = DynamicObject)]
impl Web {
    async fn add(&self, _: Context, _: DynamicObject) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
