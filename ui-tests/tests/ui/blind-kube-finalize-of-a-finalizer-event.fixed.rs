use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};
use kube::runtime::finalizer::Event;

struct Web;

#[controller(resource = ConfigMap, labels = "kind=bucket", finalizer = "example.com/bucket")]
impl Web {
    async fn add(&self, ctx: Context, _bucket: ConfigMap) -> kooper::Result {
        println!("make the bucket of {}", ctx.key());
        Ok(())
    }

    async fn finalize(&self, ctx: Context, event: ConfigMap) -> kooper::Result {
        println!("empty the bucket of {:?}", event.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
