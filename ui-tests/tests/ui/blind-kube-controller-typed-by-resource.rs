use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Pod, retries = 5)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn build() -> Controller<Pod> {
    Controller::new(Web).workers(10)
}

fn main() {
    let _ = build().run();
}
