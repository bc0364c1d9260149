use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web<K>(std::marker::PhantomData<fn() -> K>);

#[controller(resource = K)]
impl<K: kooper::Resource> Web<K> {
    async fn add(&self, _: K) -> kooper::Result {
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::<Pod>(std::marker::PhantomData));
}
