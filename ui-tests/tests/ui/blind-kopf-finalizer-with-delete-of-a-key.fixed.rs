use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, finalizer = "example.com/web")]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("make the bucket of {}", ctx.key());
        Ok(())
    }

    async fn finalize(&self, ctx: Context, object: Pod) -> kooper::Result {
        println!("remove the bucket of {}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
