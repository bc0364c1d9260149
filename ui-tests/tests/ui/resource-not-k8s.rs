use kooper::{Context, Result, controller};

struct Web;

#[controller(resource = Web)]
impl Web {
    async fn add(&self, _: Context, _: Web) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
