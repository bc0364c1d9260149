use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use kube::Resource;
use std::marker::PhantomData;

struct Web<K>(PhantomData<fn() -> K>);

#[controller(resource = K, name = "web")]
impl<K: Resource> Web<K> {
    async fn add(&self, ctx: Context, _object: K) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::<Pod>(PhantomData));
}
