use kooper::{Context, Result, controller};

struct Web;

#[controller(resource = String, namespace = "x")]
impl Web {
    async fn add(&self, _: Context, _: String) -> Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
