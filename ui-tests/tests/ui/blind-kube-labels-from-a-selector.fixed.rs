use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller};
use kube::core::{Expression, Selector};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = Controller::new(Web).labels("app=web").run();
}
