use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web", finalizer = "web.example.com/cleanup")]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("register {} at the load balancer", ctx.key());
        Ok(())
    }

    async fn finalize(&self, ctx: Context, object: Pod) -> kooper::Result {
        println!("{}: {:?}", ctx.key(), object.metadata.name);
        Ok(())
    }

    async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
        println!("take {key} off the load balancer");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
