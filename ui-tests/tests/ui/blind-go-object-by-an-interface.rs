use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use kube::ResourceExt;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, object: impl ResourceExt) -> kooper::Result {
        println!("{} is named {}", ctx.key(), object.name_any());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
