use k8s_openapi::api::core::v1::Service;
use kooper::{Context, controller};
use std::sync::Arc;

struct Web;

#[controller(resource = Service)]
impl Web {
    async fn add(&self, ctx: Context, service: Arc<Service>) -> kooper::Result {
        let kind = service.spec.as_ref().and_then(|spec| spec.type_.as_deref());
        println!("{} is a {:?}", ctx.key(), kind);
        Ok(())
    }

    async fn delete(&self, _ctx: Context, key: kooper::ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
