use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let controller = Controller::new(Web).workers(8).namespaces("prod");
    let _ = kooper::run(controller);
}
