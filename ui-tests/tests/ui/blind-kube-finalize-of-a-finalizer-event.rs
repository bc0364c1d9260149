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

    async fn finalize(&self, ctx: Context, event: Event<ConfigMap>) -> kooper::Result {
        match event {
            Event::Apply(_) => println!("{} stays", ctx.key()),
            Event::Cleanup(bucket) => println!("empty the bucket of {:?}", bucket.metadata.name),
        }
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
