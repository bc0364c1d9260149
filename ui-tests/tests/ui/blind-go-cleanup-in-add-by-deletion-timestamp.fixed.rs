use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Buckets;

#[controller(resource = ConfigMap, labels = "kind=bucket", finalizer = "example.com/bucket")]
impl Buckets {
    async fn add(&self, ctx: Context, map: ConfigMap) -> kooper::Result {
        if map.metadata.deletion_timestamp.is_some() {
            return self.remove_bucket(ctx.key().name()).await;
        }
        println!("make the bucket of {}", ctx.key());
        Ok(())
    }

    async fn finalize(&self, ctx: Context, object: ConfigMap) -> kooper::Result {
        println!("{} goes, of {:?}", ctx.key(), object.metadata.deletion_timestamp);
        Ok(())
    }

    async fn remove_bucket(&self, name: &str) -> kooper::Result {
        println!("remove the bucket {name}");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Buckets);
}
