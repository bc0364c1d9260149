use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Pod, retries = 3)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}, attempt {}", ctx.key(), ctx.attempt());
        Ok(())
    }
}

fn main() {
    let _ = Controller::new(Web).add_attempts(10).run();
}
