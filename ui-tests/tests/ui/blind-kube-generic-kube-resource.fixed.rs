use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};
use kube::Resource;
use std::marker::PhantomData;

struct Web<R>(PhantomData<R>);

#[controller(resource = R, name = "web", debounce = "1s")]
impl<R: Resource + Send + Sync + 'static + kooper::Resource> Web<R> {
    async fn add(&self, ctx: Context, _object: R) -> kooper::Result {
        println!("{} changed", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::<ConfigMap>(PhantomData));
}
