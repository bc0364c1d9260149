use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = Pod,
    labels = "app=web,tier in (front, back)",
    owns(ConfigMap),
    debounce = 2s,
    resync = "10m",
    shutdown = "20s",
)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} by {}", ctx.key(), ctx.trigger());
        Ok(())
    }

    #[handler(retries = 1)]
    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
