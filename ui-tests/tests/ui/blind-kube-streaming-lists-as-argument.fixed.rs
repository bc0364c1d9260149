use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = Controller::new(Web).streaming_lists(false).run();
}
