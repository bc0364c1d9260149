use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

struct Web<R> {
    kind: PhantomData<fn() -> R>,
}

#[controller(resource = R, name = "web", labels = "app=web", rate_limit = "10/s")]
impl<R: kube::Resource + DeserializeOwned + Clone + Send + Sync + 'static> Web<R> {
    async fn add(&self, ctx: Context, _object: R) -> kooper::Result {
        println!("{} is there", ctx.key());
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::<Pod> { kind: PhantomData });
}
