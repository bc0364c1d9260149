use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }

    async fn delete(&self, ctx: Context, key: ObjectKey) -> kooper::Result {
        println!("{} is gone", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
