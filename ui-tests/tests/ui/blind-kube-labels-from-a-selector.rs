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
    let selector: Selector = Expression::Equal("app".into(), "web".into()).into();
    let _ = Controller::new(Web).labels(&selector).run();
}
