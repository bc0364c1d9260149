use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::marker::PhantomData;

struct Teller<R> {
    kind: PhantomData<R>,
}

#[controller(resource = R, workers = 2)]
impl<R: kooper::Resource> Teller<R> {
    async fn add(&self, ctx: Context, _object: R) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Teller::<Pod> { kind: PhantomData });
}
